// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lookalike/v1/search.grpc.pb.h"

#include "libs/catalog/catalog_store.h"
#include "libs/encoding/encoder.h"
#include "libs/query/product_search.h"
#include "libs/query/product_writer.h"
#include "services/collection_rpcs.h"
#include "services/search/ingest_session.h"

namespace lookalike {

// lookalike.v1.VisualSearch over an encoder and a store, in this process or behind gRPC; both must outlive it.
class SearchService final : public CollectionRpcs<v1::VisualSearch::Service> {
 public:
  SearchService(Encoder* encoder, CatalogStore* store, const IngestSession::Options& ingest,
                const ProductWriter::Options& writer)
      : CollectionRpcs(store),
        encoder_(encoder),
        store_(store),
        search_(encoder, store),
        writer_(encoder, store, writer),
        ingest_(ingest) {}

  grpc::Status Search(grpc::ServerContext* context, const v1::SearchRequest* request,
                      v1::SearchResponse* response) override;
  grpc::Status BatchSearch(grpc::ServerContext* context, const v1::BatchSearchRequest* request,
                           v1::BatchSearchResponse* response) override;
  grpc::Status Upsert(grpc::ServerContext* context, const v1::UpsertRequest* request,
                      v1::UpsertResponse* response) override;
  grpc::Status Ingest(grpc::ServerContext* context,
                      grpc::ServerReaderWriter<v1::IngestResponse, v1::IngestRequest>* stream) override;
  grpc::Status UpdateAttributes(grpc::ServerContext* context, const v1::UpdateAttributesRequest* request,
                                v1::UpdateAttributesResponse* response) override;
  grpc::Status Delete(grpc::ServerContext* context, const v1::DeleteRequest* request,
                      v1::DeleteResponse* response) override;
  grpc::Status Get(grpc::ServerContext* context, const v1::GetRequest* request, v1::GetResponse* response) override;
  grpc::Status CreateCollection(grpc::ServerContext* context, const v1::CreateCollectionRequest* request,
                                v1::Collection* response) override;
  grpc::Status GetModel(grpc::ServerContext* context, const v1::GetModelRequest* request, v1::Model* response) override;

 private:
  // One search. Thread-safe.
  absl::Status Answer(const grpc::ServerContext& context, const v1::SearchRequest& request,
                      v1::SearchResponse& response) const;

  Encoder* const encoder_;
  CatalogStore* const store_;
  const ProductSearch search_;
  const ProductWriter writer_;
  const IngestSession::Options ingest_;
};

}  // namespace lookalike
