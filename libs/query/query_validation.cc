// SPDX-License-Identifier: Apache-2.0
#include "libs/query/query_validation.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

#include "libs/catalog/validation.h"

namespace lookalike {
namespace {

absl::Status ValidateParts(const std::vector<QueryPart>& parts) {
  if (absl::Status status = ValidateCount("queries", parts.size(), 1, kMaxQueryParts); !status.ok()) return status;
  const auto is_allowed = [](const QueryPart& part) { return std::abs(part.weight) <= kMaxQueryWeight; };
  if (!std::all_of(parts.begin(), parts.end(), is_allowed)) {
    return absl::InvalidArgumentError(absl::StrCat("weight: must be ", -kMaxQueryWeight, " to ", kMaxQueryWeight));
  }
  if (std::none_of(parts.begin(), parts.end(), [](const QueryPart& part) { return part.weight > 0; })) {
    return absl::InvalidArgumentError("weight: one query at least needs a weight above 0");
  }
  return absl::OkStatus();
}

absl::Status ValidateLimits(const ProductQuery& query) {
  absl::Status status = ValidateCount("k", query.k, 1, kMaxResults);
  if (query.ranking.diversity && query.k > kMaxDiversifiedPool) {
    status.Update(absl::InvalidArgumentError(
        absl::StrCat("k: must be at most ", kMaxDiversifiedPool, " with diversity, got ", query.k)));
  }
  status.Update(ValidateCount("excluded_ids", query.excluded_ids.size(), 0, kMaxExcludedIds));
  status.Update(ValidateCount("optional_filters", query.optional_filters.size(), 0, kMaxOptionalFilters));
  status.Update(ValidateCount("min_results", query.min_results, 1, std::max<size_t>(query.k, 1)));
  if (query.min_score && !(*query.min_score >= -1 && *query.min_score <= 1)) {
    status.Update(absl::InvalidArgumentError(absl::StrCat("min_score: must be -1 to 1, got ", *query.min_score)));
  }
  return status;
}

absl::Status ValidateAttributes(const ProductQuery& query, const AttributeSchema& schema) {
  if (absl::Status status = query.filter.CheckAgainst(schema); !status.ok()) return status;
  for (size_t i = 0; i < query.optional_filters.size(); ++i) {
    const absl::Status status = query.optional_filters[i].CheckAgainst(schema);
    if (!status.ok()) return absl::InvalidArgumentError(absl::StrCat("optional_filters[", i, "]: ", status.message()));
  }
  return CheckAgainst(schema, query.ranking);
}

// What makes an order that cannot be taken up again.
absl::Status ValidatePage(const PageCursor& page, const ProductQuery& query, const CollectionInfo& collection) {
  if (page.embeddings.size() != query.parts.size() || page.dropped_filters > query.optional_filters.size() ||
      page.returned == 0 || page.returned >= kMaxResults) {
    return absl::InvalidArgumentError("page_token: is not one of this search");
  }
  if (page.mean_items != collection.mean_items) {
    return absl::FailedPreconditionError("page_token: expired: the collection's mean was fitted again");
  }
  if (query.ranking.OrderDependsOnOthers() && page.sequence != collection.sequence) {
    return absl::FailedPreconditionError(
        "page_token: expired: the collection was written to, and with grouping or diversity every result depends on "
        "all others");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateProductQuery(const ProductQuery& query, const CollectionInfo& collection) {
  if (absl::Status status = ValidateParts(query.parts); !status.ok()) return status;
  if (absl::Status status = ValidateLimits(query); !status.ok()) return status;
  if (query.page) {
    if (absl::Status status = ValidatePage(*query.page, query, collection); !status.ok()) return status;
  }
  // The write that is still awaited may bring the attribute; the store knows once it has come.
  if (collection.sequence < query.min_sequence) return absl::OkStatus();
  return ValidateAttributes(query, collection.schema);
}

}  // namespace lookalike
