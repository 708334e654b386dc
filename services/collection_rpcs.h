// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/server_context.h>

#include "libs/catalog/catalog_store.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/deadline.h"
#include "libs/rpc/facet_convert.h"
#include "libs/rpc/sequence_wait.h"
#include "libs/rpc/status.h"

namespace lookalike {

// The RPCs about collections that Index and VisualSearch both have, over a store that must outlive the service.
// `Service` is the generated one of either.
template <class Service>
class CollectionRpcs : public Service {
 public:
  explicit CollectionRpcs(CatalogStore* store) : store_(store) {}

  grpc::Status GetCollection(grpc::ServerContext* context, const v1::GetCollectionRequest* request,
                             v1::Collection* response) final {
    const absl::StatusOr<CollectionInfo> info = store_->GetCollection(request->name(), DeadlineOf(*context));
    if (info.ok()) ToProto(*info, *response);
    return ToGrpcStatus(info.status());
  }

  grpc::Status ListCollections(grpc::ServerContext* context, const v1::ListCollectionsRequest*,
                               v1::ListCollectionsResponse* response) final {
    const absl::StatusOr<std::vector<CollectionInfo>> infos = store_->ListCollections(DeadlineOf(*context));
    if (!infos.ok()) return ToGrpcStatus(infos.status());
    for (const CollectionInfo& info : *infos) ToProto(info, *response->add_collections());
    return grpc::Status::OK;
  }

  grpc::Status DeleteCollection(grpc::ServerContext* context, const v1::DeleteCollectionRequest* request,
                                v1::DeleteCollectionResponse*) final {
    return ToGrpcStatus(store_->DeleteCollection(request->name(), DeadlineOf(*context)));
  }

  grpc::Status List(grpc::ServerContext* context, const v1::ListRequest* request, v1::ListResponse* response) final {
    ListQuery query;
    query.cursor = request->cursor();
    if (request->limit() != 0) query.limit = request->limit();
    query.min_sequence = request->min_sequence();
    const absl::Status seen = AwaitSequence(*store_, request->collection(), query.min_sequence, *context);
    if (!seen.ok()) return ToGrpcStatus(seen);
    const absl::StatusOr<ItemPage> page = store_->List(request->collection(), query, DeadlineOf(*context));
    if (!page.ok()) return ToGrpcStatus(page.status());
    for (const Item& item : page->items) ToProto(item, *response->add_items());
    response->set_next_cursor(page->next_cursor);
    return grpc::Status::OK;
  }

  grpc::Status GetFacets(grpc::ServerContext* context, const v1::GetFacetsRequest* request,
                         v1::GetFacetsResponse* response) final {
    const absl::StatusOr<FacetQuery> query = FromProto(*request);
    if (!query.ok()) return ToGrpcStatus(query.status());
    const absl::Status seen = AwaitSequence(*store_, request->collection(), query->min_sequence, *context);
    if (!seen.ok()) return ToGrpcStatus(seen);
    const absl::StatusOr<Facets> facets = store_->GetFacets(request->collection(), *query, DeadlineOf(*context));
    if (facets.ok()) ToProto(*facets, *response);
    return ToGrpcStatus(facets.status());
  }

 private:
  CatalogStore* const store_;
};

}  // namespace lookalike
