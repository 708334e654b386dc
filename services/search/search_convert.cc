// SPDX-License-Identifier: Apache-2.0
#include "services/search/search_convert.h"

#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "libs/rpc/convert.h"
#include "libs/rpc/ranking_convert.h"

namespace lookalike {
namespace {

// The collection's profile that is in force where a search says nothing of the order.
constexpr char kDefaultProfile[] = "default";

// `field` is what messages call it.
absl::StatusOr<QueryPart> ToQueryPart(const v1::Query& query, absl::string_view field) {
  QueryPart part;
  switch (query.target_case()) {
    case v1::Query::kImage:
      part.target = ImageInput{.bytes = query.image(), .crop = {}};
      break;
    case v1::Query::kId:
      part.target = ItemReference{query.id()};
      break;
    case v1::Query::kEmbedding:
      part.target = FromProto(query.embedding());
      break;
    default:
      return absl::InvalidArgumentError(absl::StrCat(field, ": one of id, image and embedding must be given"));
  }
  if (query.has_crop()) {
    auto* image = std::get_if<ImageInput>(&part.target);
    if (image == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(field, ".crop: has a meaning only with image"));
    }
    image->crop = FromProto(query.crop());
  }
  if (query.has_weight()) part.weight = query.weight();
  return part;
}

absl::StatusOr<std::vector<QueryPart>> ToQueryParts(const v1::SearchRequest& request) {
  if (request.has_query() && !request.queries().empty()) {
    return absl::InvalidArgumentError("queries: give either query or queries");
  }
  std::vector<QueryPart> parts;
  if (request.queries().empty()) {
    absl::StatusOr<QueryPart> part = ToQueryPart(request.query(), "query");
    if (!part.ok()) return part.status();
    parts.push_back(*std::move(part));
  }
  for (int i = 0; i < request.queries_size(); ++i) {
    absl::StatusOr<QueryPart> part = ToQueryPart(request.queries(i), absl::StrCat("queries[", i, "]"));
    if (!part.ok()) return part.status();
    parts.push_back(*std::move(part));
  }
  return parts;
}

absl::Status ReadOrder(const v1::SearchRequest& request, ProductQuery& query) {
  if (request.has_ranking() && !request.ranking_profile().empty()) {
    return absl::InvalidArgumentError("ranking: give either ranking_profile or ranking");
  }
  absl::StatusOr<RankingProfile> ranking = FromProto(request.ranking());
  if (!ranking.ok()) return ranking.status();
  query.ranking = *std::move(ranking);
  query.explain = request.explain();
  for (int i = 0; i < request.optional_filters_size(); ++i) {
    absl::StatusOr<Filter> filter = Filter::Parse(request.optional_filters(i));
    if (!filter.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("optional_filters[", i, "]: ", filter.status().message()));
    }
    query.optional_filters.push_back(*std::move(filter));
  }
  if (request.has_min_results()) query.min_results = request.min_results();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ProductQuery> ToProductQuery(const v1::SearchRequest& request) {
  absl::StatusOr<std::vector<QueryPart>> parts = ToQueryParts(request);
  if (!parts.ok()) return parts.status();
  absl::StatusOr<Filter> filter = Filter::Parse(request.filter());
  if (!filter.ok()) return filter.status();
  ProductQuery query;
  query.parts = *std::move(parts);
  query.filter = *std::move(filter);
  if (request.has_k()) query.k = request.k();
  if (request.has_min_score()) query.min_score = request.min_score();
  query.excluded_ids = {request.excluded_ids().begin(), request.excluded_ids().end()};
  query.include_query_items = request.include_query_items();
  query.min_sequence = request.min_sequence();
  if (absl::Status status = ReadOrder(request, query); !status.ok()) return status;
  return query;
}

absl::StatusOr<std::string> ProfileOf(const v1::SearchRequest& request, const CollectionInfo& collection) {
  if (request.has_ranking()) return std::string();
  const bool by_name = !request.ranking_profile().empty();
  const auto found = collection.ranking_profiles.find(by_name ? request.ranking_profile() : kDefaultProfile);
  if (found != collection.ranking_profiles.end()) return found->second;
  if (!by_name) return std::string();
  return absl::NotFoundError(absl::StrCat("ranking_profile: collection \"", collection.spec.name, "\" has none \"",
                                          absl::Utf8SafeCHexEscape(request.ranking_profile()), "\""));
}

absl::StatusOr<RankingProfile> RankingOf(const std::string& profile) {
  v1::RankingProfile proto;
  if (!proto.ParseFromString(profile)) return absl::InvalidArgumentError("ranking_profile: cannot be read");
  return FromProto(proto);
}

void ToProto(const ProductResults& results, const v1::SearchRequest& request, v1::SearchResponse& response) {
  response.set_model_id(results.model_id);
  for (const ProductResult& result : results.items) {
    v1::ScoredItem& item = *response.add_results();
    ToProto(result.found, item);
    item.clear_embedding();
    item.set_similarity(result.found.score);
    item.set_score(result.score);
    if (!request.explain()) continue;
    ToProto(result.parts, *item.mutable_explanation());
    if (result.redundancy) item.mutable_explanation()->set_redundancy(*result.redundancy);
  }
  for (size_t i = 0; i < results.dropped_filters; ++i) {
    response.add_dropped_filters(request.optional_filters(request.optional_filters_size() - 1 - static_cast<int>(i)));
  }
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
