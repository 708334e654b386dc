// SPDX-License-Identifier: Apache-2.0
#include "libs/query/product_search.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "libs/query/query_validation.h"
#include "libs/ranking/rank.h"

namespace lookalike {
namespace {

// What is no result: the items that are looked for among them, unless they are wanted.
std::vector<std::string> ExcludedIds(const ProductQuery& query) {
  std::vector<std::string> ids = query.excluded_ids;
  for (const QueryPart& part : query.parts) {
    const auto* item = std::get_if<ItemReference>(&part.target);
    if (item != nullptr && !query.include_query_items) ids.push_back(item->id);
  }
  return ids;
}

// None where there is nothing to weigh against: a single part is looked for as it is.
std::vector<float> Weights(const std::vector<QueryPart>& parts) {
  std::vector<float> weights;
  if (parts.size() == 1) return weights;
  for (const QueryPart& part : parts) weights.push_back(part.weight);
  return weights;
}

// The filter together with all optional ones but the last `dropped`.
absl::StatusOr<Filter> FilterWithout(const ProductQuery& query, size_t dropped) {
  if (dropped == query.optional_filters.size()) return query.filter;
  std::string text = query.filter.ToString();
  for (size_t i = 0; i < query.optional_filters.size() - dropped; ++i) {
    const std::string more = query.optional_filters[i].ToString();
    if (more.empty()) continue;
    text = text.empty() ? more : absl::StrCat("(", text, ") and (", more, ")");
  }
  return Filter::Parse(text);
}

// Whether the score is anything but the similarity: the profile then orders a pool of candidates.
bool HasPool(const RankingProfile& profile) {
  return profile.OrderDependsOnOthers() || profile.freshness || !profile.signals.empty() || !profile.boosts.empty() ||
         profile.similarity_weight != 1;
}

size_t Returned(const ProductQuery& query) { return query.page ? query.page->returned : 0; }

// Results of this page, at most.
size_t PageSize(const ProductQuery& query) { return std::min(query.k, kMaxResults - Returned(query)); }

RankingOptions OptionsOf(const ProductQuery& query) {
  // In whole microseconds, as a cursor's text carries the time to the next page.
  const absl::Time now = query.page ? query.page->now : absl::FromUnixMicros(absl::ToUnixMicros(absl::Now()));
  // One more than wanted tells whether there will be another page.
  RankingOptions options = {.k = PageSize(query) + 1, .now = now};
  if (query.ranking.OrderDependsOnOthers()) {
    options.skip = Returned(query);
  } else if (query.page) {
    options.after = query.page->last;
  }
  return options;
}

// The embeddings of a page's query: of the cursor, or of the query itself.
absl::StatusOr<std::vector<Embedding>> EmbeddingsOfPage(const ProductQuery& query) {
  std::vector<Embedding> embeddings = query.page->embeddings;
  for (size_t i = 0; i < query.parts.size(); ++i) {
    const auto* given = std::get_if<Embedding>(&query.parts[i].target);
    if (given == nullptr) continue;
    embeddings[i] = *given;
    if (absl::Status status = Normalize(embeddings[i]); !status.ok()) return status;
  }
  return embeddings;
}

std::vector<Embedding> EmbeddingsForCursor(const ProductQuery& query, std::vector<Embedding> embeddings) {
  for (size_t i = 0; i < query.parts.size(); ++i) {
    if (std::holds_alternative<Embedding>(query.parts[i].target)) embeddings[i].clear();
  }
  return embeddings;
}

// The least similar candidate that counts: that of the first page.
std::optional<RankPosition> FloorOf(const CandidatePool& pool, const ProductQuery& query) {
  if (query.page) return query.page->floor;
  if (!HasPool(query.ranking) || pool.is_all || pool.items.empty()) return std::nullopt;
  return RankPosition{pool.items.back().score, pool.items.back().item.id};
}

std::optional<float> LeastSimilarity(const ProductQuery& query) {
  const std::optional<float>& floor = query.ranking.min_similarity;
  if (!floor || !query.min_score) return floor ? floor : query.min_score;
  return std::max(*floor, *query.min_score);
}

bool IsBeyond(const RankPosition& position, const ScoredItem& item) {
  return position.IsBefore(item.score, item.item.id);
}

// Whether there are as many candidates as a page by similarity wants, after the last result.
bool IsEnoughForPage(const std::vector<ScoredItem>& items, const ProductQuery& query) {
  const auto later = std::count_if(items.begin(), items.end(), [&](const ScoredItem& item) {
    return !query.page || IsBeyond(query.page->last, item);
  });
  return static_cast<size_t>(later) >= PageSize(query);
}

// Whether these are all candidates that a profile orders: on the first page so many of the most similar, on later ones
// all down to the floor of the first, which are more where items have been added.
bool IsWholePool(const std::vector<ScoredItem>& items, const ProductQuery& query) {
  if (!query.page) return items.size() >= PoolSize(query.ranking, query.k);
  return query.page->floor && !items.empty() && IsBeyond(*query.page->floor, items.back());
}

// Takes away what was found beyond the pool.
void CutPool(CandidatePool& pool, const ProductQuery& query) {
  if (query.page) {
    std::erase_if(pool.items,
                  [&](const ScoredItem& item) { return query.page->floor && IsBeyond(*query.page->floor, item); });
  } else if (const size_t size = PoolSize(query.ranking, query.k); pool.items.size() > size) {
    pool.items.resize(size);
    pool.is_all = false;
  }
}

std::vector<Ranked> RankPool(const std::vector<ScoredItem>& pool, const ProductQuery& query,
                             const RankingOptions& options) {
  std::vector<RankingCandidate> candidates;
  candidates.reserve(pool.size());
  for (const ScoredItem& item : pool) {
    candidates.push_back({item.item.id, item.score, &item.item.attributes, item.embedding, item.item.group});
  }
  return Rank(candidates, query.ranking, options);
}

// Results as they are given out. `pool` is used up.
std::vector<ProductResult> Present(std::vector<ScoredItem>& pool, const std::vector<Ranked>& ranked,
                                   const ProductQuery& query, absl::Time now) {
  std::vector<ProductResult> results;
  results.reserve(ranked.size());
  for (const Ranked& one : ranked) {
    ProductResult result{.found = std::move(pool[one.index]), .score = one.score, .redundancy = one.redundancy};
    if (query.explain) {
      result.parts = ScoreParts(query.ranking, result.found.score, result.found.item.attributes, now);
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace

absl::StatusOr<ProductResults> ProductSearch::Search(const CollectionInfo& collection, const ProductQuery& query,
                                                     absl::Time deadline, const CancellationCheck& is_cancelled) const {
  if (absl::Status status = ValidateProductQuery(query, collection); !status.ok()) return status;
  if (query.page) return SearchPage(collection, query, deadline);
  const EncodeOptions encode = {.deadline = deadline, .lane = Lane::kInteractive, .is_cancelled = is_cancelled};
  const absl::StatusOr<std::vector<Embedding>> embeddings = embeddings_.Find(collection.spec, query, encode);
  if (!embeddings.ok()) return embeddings.status();
  for (size_t dropped = 0;; ++dropped) {
    absl::StatusOr<ProductResults> results = SearchUnder(collection, query, *embeddings, dropped, deadline);
    if (!results.ok() || results->items.size() >= query.min_results || dropped == query.optional_filters.size()) {
      return results;
    }
  }
}

absl::StatusOr<ProductResults> ProductSearch::SearchPage(const CollectionInfo& collection, const ProductQuery& query,
                                                         absl::Time deadline) const {
  const absl::StatusOr<std::vector<Embedding>> embeddings = EmbeddingsOfPage(query);
  if (!embeddings.ok()) return embeddings.status();
  absl::StatusOr<ProductResults> results =
      SearchUnder(collection, query, *embeddings, query.page->dropped_filters, deadline);
  if (!results.ok() || !(query.ranking.OrderDependsOnOthers() || collection.spec.centered)) return results;
  // A write may have come between the look at the collection and the search.
  const absl::StatusOr<CollectionInfo> now = store_->GetCollection(collection.spec.name, deadline);
  if (!now.ok()) return now.status();
  if (absl::Status status = ValidateProductQuery(query, *now); !status.ok()) return status;
  return results;
}

absl::StatusOr<ProductResults> ProductSearch::SearchUnder(const CollectionInfo& collection, const ProductQuery& query,
                                                          const std::vector<Embedding>& embeddings,
                                                          size_t dropped_filters, absl::Time deadline) const {
  absl::StatusOr<Filter> filter = FilterWithout(query, dropped_filters);
  if (!filter.ok()) return filter.status();
  const std::vector<float> weights = Weights(query.parts);
  const StoreQuery store_query = {.embeddings = embeddings,
                                  .weights = weights,
                                  .model_id = collection.spec.model_id,
                                  .filter = *std::move(filter),
                                  .min_score = LeastSimilarity(query),
                                  .min_sequence = query.min_sequence,
                                  .with_embeddings = query.ranking.diversity.has_value()};
  absl::StatusOr<CandidatePool> pool = FindPool(collection, query, store_query, deadline);
  if (!pool.ok()) return pool.status();

  const RankingOptions options = OptionsOf(query);
  std::vector<Ranked> ranked = RankPool(pool->items, query, options);
  const size_t wanted = PageSize(query);
  const bool is_last = ranked.size() <= wanted && (HasPool(query.ranking) || pool->is_all);
  if (ranked.size() > wanted) ranked.resize(wanted);

  std::optional<RankPosition> floor = FloorOf(*pool, query);
  ProductResults results{.items = Present(pool->items, ranked, query, options.now),
                         .model_id = collection.spec.model_id,
                         .dropped_filters = dropped_filters};
  const size_t returned = Returned(query) + results.items.size();
  if (is_last || results.items.empty() || returned >= kMaxResults) return results;
  const ProductResult& last = results.items.back();
  results.next_page = PageCursor{.returned = returned,
                                 .dropped_filters = dropped_filters,
                                 .now = options.now,
                                 .last = {last.score, last.found.item.id},
                                 .floor = std::move(floor),
                                 .mean_items = collection.mean_items,
                                 .sequence = collection.sequence,
                                 .embeddings = EmbeddingsForCursor(query, embeddings)};
  return results;
}

absl::StatusOr<CandidatePool> ProductSearch::FindPool(const CollectionInfo& collection, const ProductQuery& query,
                                                      const StoreQuery& store_query, absl::Time deadline) const {
  const std::vector<std::string> excluded = ExcludedIds(query);
  const bool has_pool = HasPool(query.ranking);
  StoreQuery first = store_query;
  first.k = has_pool ? PoolSize(query.ranking, query.k) : Returned(query) + PageSize(query);
  first.k += excluded.size() + 1;
  const auto is_enough = [&](const std::vector<ScoredItem>& items) {
    return has_pool ? IsWholePool(items, query) : IsEnoughForPage(items, query);
  };
  absl::StatusOr<CandidatePool> pool =
      FindCandidates(*store_, collection.spec.name, first, excluded, is_enough, deadline);
  if (pool.ok() && has_pool) CutPool(*pool, query);
  return pool;
}

}  // namespace lookalike
