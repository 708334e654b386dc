// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lookalike/v1/index.grpc.pb.h"

#include "libs/catalog/catalog.h"
#include "services/collection_rpcs.h"

namespace lookalike {

// lookalike.v1.Index over the catalog of this process, which must outlive it.
class IndexService final : public CollectionRpcs<v1::Index::Service> {
 public:
  explicit IndexService(Catalog* catalog) : CollectionRpcs(catalog), catalog_(catalog) {}

  grpc::Status CreateCollection(grpc::ServerContext* context, const v1::CreateCollectionRequest* request,
                                v1::Collection* response) override;
  grpc::Status Upsert(grpc::ServerContext* context, const v1::IndexUpsertRequest* request,
                      v1::IndexWriteResponse* response) override;
  grpc::Status UpdateAttributes(grpc::ServerContext* context, const v1::IndexUpdateAttributesRequest* request,
                                v1::IndexWriteResponse* response) override;
  grpc::Status Delete(grpc::ServerContext* context, const v1::IndexDeleteRequest* request,
                      v1::IndexWriteResponse* response) override;
  grpc::Status Get(grpc::ServerContext* context, const v1::IndexGetRequest* request,
                   v1::IndexGetResponse* response) override;
  grpc::Status Search(grpc::ServerContext* context, const v1::IndexSearchRequest* request,
                      v1::IndexSearchResponse* response) override;
  grpc::Status GetStats(grpc::ServerContext* context, const v1::GetStatsRequest* request,
                        v1::IndexStats* response) override;
  grpc::Status Audit(grpc::ServerContext* context, const v1::AuditRequest* request,
                     v1::AuditResponse* response) override;
  grpc::Status Backup(grpc::ServerContext* context, const v1::BackupRequest* request,
                      grpc::ServerWriter<v1::BackupChunk>* writer) override;

 private:
  Catalog* const catalog_;
};

}  // namespace lookalike
