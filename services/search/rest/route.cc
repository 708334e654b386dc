// SPDX-License-Identifier: Apache-2.0
#include "services/search/rest/route.h"

#include "lookalike/v1/search.pb.h"

#include "libs/rpc/convert.h"

namespace lookalike {
namespace {

absl::Status FailureOfDelete(const google::protobuf::Message& response) {
  const auto& outcomes = static_cast<const v1::DeleteResponse&>(response).outcomes();
  if (outcomes.empty() || !outcomes[0].has_error()) return absl::OkStatus();
  return FromProto(outcomes[0].error());
}

}  // namespace

const google::protobuf::MethodDescriptor& Route::method() const {
  const google::protobuf::ServiceDescriptor* service =
      v1::SearchRequest::descriptor()->file()->FindServiceByName("VisualSearch");
  return *service->FindMethodByName(std::string(rpc));
}

const std::vector<Route>& Routes() {
  static const auto& routes = *new std::vector<Route>{
      {.http_method = "POST",
       .path = "/v1/collections/{collection}:search",
       .rpc = "Search",
       .summary = "The most similar products to a picture, an item or an embedding",
       .body = "*",
       .image_field = "query.image",
       .json_part = "request"},
      {.http_method = "POST",
       .path = "/v1/collections/{requests.collection}:batchSearch",
       .rpc = "BatchSearch",
       .summary = "Several searches of one collection, each answered by itself",
       .body = "*"},
      {.http_method = "GET", .path = "/v1/collections", .rpc = "ListCollections", .summary = "All collections"},
      {.http_method = "POST",
       .path = "/v1/collections",
       .rpc = "CreateCollection",
       .summary = "Make a collection; without dimension and modelId, for the pictures of the model that runs",
       .body = "collection"},
      {.http_method = "GET", .path = "/v1/collections/{name}", .rpc = "GetCollection", .summary = "One collection"},
      {.http_method = "DELETE",
       .path = "/v1/collections/{name}",
       .rpc = "DeleteCollection",
       .summary = "Delete a collection and every item in it, for good"},
      {.http_method = "GET",
       .path = "/v1/collections/{collection}/items",
       .rpc = "List",
       .summary = "Items in the order of their ids, page by page"},
      {.http_method = "GET",
       .path = "/v1/collections/{collection}/items/{ids}",
       .rpc = "Get",
       .summary = "One item",
       .answer = "items"},
      {.http_method = "PUT",
       .path = "/v1/collections/{collection}/items/{item.id}",
       .rpc = "Upsert",
       .summary = "Add an item, or replace the one of its id whole",
       .body = "item",
       .image_field = "item.images.image",
       .json_part = "item"},
      {.http_method = "DELETE",
       .path = "/v1/collections/{collection}/items/{ids}",
       .rpc = "Delete",
       .summary = "Delete an item",
       .failure = FailureOfDelete},
      {.http_method = "PATCH",
       .path = "/v1/collections/{collection}/items/{id}",
       .rpc = "UpdateAttributes",
       .summary = "Set attributes of an item, and remove those that are null; its images and other attributes stay",
       .body = "*"},
      {.http_method = "GET",
       .path = "/v1/collections/{collection}/items/{id}/thumbnail",
       .rpc = "GetThumbnail",
       .summary = "A small JPEG of one of an item's images, as ingestion kept it",
       .answer = "jpeg"},
      {.http_method = "PUT",
       .path = "/v1/collections/{collection}/rankingProfiles/{name}",
       .rpc = "SetRankingProfile",
       .summary = "Keep a ranking profile under a name; searches use it at once",
       .body = "profile"},
      {.http_method = "DELETE",
       .path = "/v1/collections/{collection}/rankingProfiles/{name}",
       .rpc = "DeleteRankingProfile",
       .summary = "Delete a ranking profile"},
      {.http_method = "GET",
       .path = "/v1/collections/{collection}/facets",
       .rpc = "GetFacets",
       .summary = "What the items that match a filter have as values, to narrow results by"},
      {.http_method = "GET",
       .path = "/v1/model",
       .rpc = "GetModel",
       .summary = "The model that pictures are embedded by"},
  };
  return routes;
}

}  // namespace lookalike
