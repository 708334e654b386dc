// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"

#include "libs/catalog/catalog_store.h"
#include "libs/encoding/encoder.h"
#include "libs/filter/filter.h"
#include "libs/ranking/profile.h"
#include "libs/ranking/rank.h"
#include "libs/ranking/score.h"
#include "libs/vector/embedding.h"

namespace lookalike {

inline constexpr size_t kMaxResults = 10'000;     // of one search, all its pages together
inline constexpr size_t kMaxQueryParts = 16;      // pictures, items and embeddings of one search
inline constexpr float kMaxQueryWeight = 1'000;   // of a part, and as much below 0
inline constexpr size_t kMaxExcludedIds = 1'000;  // of one search
inline constexpr size_t kMaxOptionalFilters = 8;  // of one search

// "More like this."
struct ItemReference {
  std::string id;
};

// A picture (its bytes must outlive the search), an item, or an embedding of the collection's model and dimension.
using QueryTarget = std::variant<ImageInput, ItemReference, Embedding>;

// A target, and how much it counts among others. A weight below 0 says "not like that".
struct QueryPart {
  QueryTarget target;
  float weight = 1;  // -kMaxQueryWeight to kMaxQueryWeight
};

// Where a page of results ended, and what makes the next one join it: an item that nobody writes meanwhile is neither
// repeated nor skipped.
struct PageCursor {
  size_t returned = 0;         // results of the pages so far
  size_t dropped_filters = 0;  // of ProductQuery::optional_filters
  absl::Time now;              // that freshness is computed for
  RankPosition last;           // the last result
  // The least similar of the candidates that a ranking profile orders: what is added later below it does not join them,
  // and what is pushed out by later ones stays. Absent: all that match.
  std::optional<RankPosition> floor;
  uint64_t mean_items = 0;  // CollectionInfo's
  uint64_t sequence = 0;    // CollectionInfo's
  // One for each part of the query, so that pictures are not encoded again and items may change; empty for those that
  // the query brings along.
  std::vector<Embedding> embeddings;
};

// What to look for, which products count, and in which order.
struct ProductQuery {
  // 1 to kMaxQueryParts, one of them at least with a weight above 0. Several stand for the direction of
  // Σ weight · embedding.
  std::vector<QueryPart> parts;
  size_t k = 10;                          // results wanted, 1 to kMaxResults
  Filter filter;                          // only items that match
  std::optional<float> min_score;         // cosine; only items at least this similar
  std::vector<std::string> excluded_ids;  // no results; at most kMaxExcludedIds
  bool include_query_items = false;       // the items of `parts` may be results
  uint64_t min_sequence = 0;              // of a write that the results must have seen (CatalogStore)

  RankingProfile ranking;  // valid (Validate); checked against the collection by the search
  bool explain = false;

  // Only items that match these too, at most kMaxOptionalFilters; but while they leave fewer than `min_results` (1 to
  // k), the last of them is dropped.
  std::vector<Filter> optional_filters;
  size_t min_results = 1;

  std::optional<PageCursor> page;  // to go on from
};

struct ProductResult {
  ScoredItem found;                      // its score is the similarity
  float score = 0;                       // by the profile
  std::vector<ScorePart> parts = {};     // of the score, where the query asks for them
  std::optional<float> redundancy = {};  // Ranked's
};

struct ProductResults {
  std::vector<ProductResult> items = {};     // in the profile's order
  std::string model_id;                      // of the collection
  size_t dropped_filters = 0;                // the last so many of the optional ones
  std::optional<PageCursor> next_page = {};  // nothing after the last
};

}  // namespace lookalike
