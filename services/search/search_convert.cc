// SPDX-License-Identifier: Apache-2.0
#include "services/search/search_convert.h"

#include <utility>

#include "libs/rpc/convert.h"

namespace lookalike {

absl::StatusOr<ProductQuery> ToProductQuery(const v1::SearchRequest& request) {
  ProductQuery query;
  switch (request.query_case()) {
    case v1::SearchRequest::kImage:
      query.target = ImageInput{.bytes = request.image(), .crop = {}};
      break;
    case v1::SearchRequest::kItemId:
      query.target = ItemReference{request.item_id(), request.include_query_item()};
      break;
    case v1::SearchRequest::kEmbedding:
      query.target = FromProto(request.embedding());
      break;
    default:
      return absl::InvalidArgumentError("query: one of image, item_id and embedding must be given");
  }
  if (request.has_crop()) {
    auto* image = std::get_if<ImageInput>(&query.target);
    if (image == nullptr) return absl::InvalidArgumentError("crop: has a meaning only with image");
    image->crop = FromProto(request.crop());
  }
  if (request.include_query_item() && !request.has_item_id()) {
    return absl::InvalidArgumentError("include_query_item: has a meaning only with item_id");
  }
  if (request.has_k()) query.k = request.k();
  absl::StatusOr<Filter> filter = Filter::Parse(request.filter());
  if (!filter.ok()) return filter.status();
  query.filter = *std::move(filter);
  if (request.has_min_score()) query.min_score = request.min_score();
  query.min_sequence = request.min_sequence();
  return query;
}

absl::StatusOr<ProductUpdate> ToProductUpdate(const v1::UpsertItem& item) {
  ProductUpdate update;
  update.id = item.id();
  if (item.has_image()) {
    update.source = ImageInput{.bytes = item.image(), .crop = {}};
    if (item.has_crop()) std::get<ImageInput>(update.source).crop = FromProto(item.crop());
  } else if (item.has_embedding()) {
    if (item.has_crop()) return absl::InvalidArgumentError("crop: has a meaning only with image");
    update.source = FromProto(item.embedding());
  } else {
    return absl::InvalidArgumentError("source: one of image and embedding must be given");
  }
  absl::StatusOr<Attributes> attributes = FromProto(item.attributes());
  if (!attributes.ok()) return attributes.status();
  update.attributes = *std::move(attributes);
  return update;
}

}  // namespace lookalike
