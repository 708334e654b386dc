// SPDX-License-Identifier: Apache-2.0
#include "services/search/search_convert.h"

#include <utility>

#include "absl/strings/str_cat.h"

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

namespace {

absl::StatusOr<ProductImage> ToProductImage(const v1::UpsertImage& image, int place) {
  const auto invalid = [place](absl::string_view problem) {
    return absl::InvalidArgumentError(absl::StrCat("images[", place, "].", problem));
  };
  if (image.has_image()) {
    ImageInput picture{.bytes = image.image(), .crop = {}};
    if (image.has_crop()) picture.crop = FromProto(image.crop());
    return picture;
  }
  if (image.has_crop()) return invalid("crop: has a meaning only with image");
  if (image.has_embedding()) return FromProto(image.embedding());
  return invalid("source: one of image and embedding must be given");
}

}  // namespace

absl::StatusOr<ProductUpdate> ToProductUpdate(const v1::UpsertItem& item) {
  ProductUpdate update;
  update.id = item.id();
  update.group = item.group();
  update.version = item.version();
  for (int i = 0; i < item.images_size(); ++i) {
    absl::StatusOr<ProductImage> image = ToProductImage(item.images(i), i);
    if (!image.ok()) return image.status();
    update.images.push_back(*std::move(image));
  }
  absl::StatusOr<Attributes> attributes = FromProto(item.attributes());
  if (!attributes.ok()) return attributes.status();
  update.attributes = *std::move(attributes);
  return update;
}

}  // namespace lookalike
