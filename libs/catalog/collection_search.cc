// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "libs/catalog/collection.h"
#include "libs/catalog/validation.h"

namespace lookalike {
namespace {

// How often a search is begun again because an item of its answer changed meanwhile, before it holds writers up.
constexpr int kAttempts = 3;

bool ByScoreThenId(const ScoredItem& a, const ScoredItem& b) {
  return a.score != b.score ? a.score > b.score : a.item.id < b.item.id;
}

absl::Status ValidateQuery(const CollectionSpec& spec, const StoreQuery& query) {
  if (absl::Status status = ValidateModel(query.model_id, spec); !status.ok()) return status;
  if (absl::Status status = ValidateCount("k", query.k, 1, kMaxK); !status.ok()) return status;
  if (query.min_score && !(*query.min_score >= -1 && *query.min_score <= 1)) {
    return absl::InvalidArgumentError(absl::StrCat("min_score: must be -1 to 1, got ", *query.min_score));
  }
  for (const Embedding& embedding : query.embeddings) {
    if (embedding.size() != spec.dimension) {
      return absl::InvalidArgumentError(
          absl::StrCat("embedding: has ", embedding.size(), " values; the collection's dimension is ", spec.dimension));
    }
  }
  if (!query.weights.empty() && query.weights.size() != query.embeddings.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("weights: there are ", query.weights.size(), " for ", query.embeddings.size(), " embeddings"));
  }
  for (const float weight : query.weights) {
    if (!std::isfinite(weight)) return absl::InvalidArgumentError("weights: one is not a finite number");
  }
  return ValidateCount("queries", query.embeddings.size(), 1, kMaxBatchQueries);
}

// What the index is asked for: an embedding, or the direction of several together.
absl::StatusOr<Embedding> Direction(std::span<const Embedding> parts, std::span<const float> weights,
                                    const Generation& generation) {
  if (weights.empty()) return generation.Centered(parts.front());
  Embedding sum(parts.front().size());
  for (size_t part = 0; part < parts.size(); ++part) {
    const Embedding centered = generation.Centered(parts[part]);
    for (size_t i = 0; i < sum.size(); ++i) sum[i] += weights[part] * centered[i];
  }
  if (!Normalize(sum).ok()) {
    return absl::InvalidArgumentError("queries: together they have no direction: they cancel each other out");
  }
  return sum;
}

}  // namespace

// What a search sees of the collection. Neighbours are found in it without a lock.
struct Collection::View {
  std::shared_ptr<const Generation> generation;
  std::optional<Selection> selection;  // of the filter, where there is one
  uint64_t sequence = 0;               // every write up to it is in the selection
};

Collection::View Collection::TakeView(const Filter& filter) const {
  View view{generation_, std::nullopt, stored_.sequence};
  if (!filter.MatchesEverything()) view.selection = items_.Select(filter);
  return view;
}

absl::StatusOr<std::vector<std::vector<ScoredItem>>> Collection::Search(const StoreQuery& query,
                                                                        absl::Time deadline) const {
  if (absl::Status status = ValidateQuery(spec_, query); !status.ok()) return status;
  if (absl::Status status = gate_.Pass(query.min_sequence, deadline); !status.ok()) return status;
  View view;
  {
    ReaderMutexLock lock(state_mutex_);
    if (absl::Status status = query.filter.CheckAgainst(stored_.schema); !status.ok()) return status;
    view = TakeView(query.filter);
  }
  std::vector<std::vector<ScoredItem>> results;
  // Each is a query, or all are one.
  const size_t step = query.weights.empty() ? 1 : query.embeddings.size();
  for (size_t i = 0; i < query.embeddings.size(); i += step) {
    if (absl::Now() >= deadline) return absl::DeadlineExceededError("the deadline passed during the search");
    absl::StatusOr<std::vector<ScoredItem>> found = SearchOne(query.embeddings.subspan(i, step), query, view);
    if (!found.ok()) return found.status();
    results.push_back(*std::move(found));
  }
  return results;
}

absl::StatusOr<std::vector<ScoredItem>> Collection::SearchOne(std::span<const Embedding> parts, const StoreQuery& query,
                                                              View& view) const {
  std::vector<Found> found;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const absl::StatusOr<std::vector<Neighbor>> neighbors = FindNeighbors(parts, query, view);
    if (!neighbors.ok()) return neighbors.status();
    bool current = false;
    {
      ReaderMutexLock lock(state_mutex_);
      current = Resolve(query, view, *neighbors, found);
      if (!current) view = TakeView(query.filter);
    }
    if (current) return ToResults(std::move(found), query.min_score);
  }
  {
    ReaderMutexLock lock(state_mutex_);
    view = TakeView(query.filter);
    const absl::StatusOr<std::vector<Neighbor>> neighbors = FindNeighbors(parts, query, view);
    if (!neighbors.ok()) return neighbors.status();
    Resolve(query, view, *neighbors, found);
  }
  return ToResults(std::move(found), query.min_score);
}

absl::StatusOr<std::vector<Neighbor>> Collection::FindNeighbors(std::span<const Embedding> parts,
                                                                const StoreQuery& query, const View& view) const {
  const absl::StatusOr<Embedding> direction = Direction(parts, query.weights, *view.generation);
  if (!direction.ok()) return direction.status();
  SlotFilter filter;
  if (view.selection) filter = {.words = view.selection->words, .count = view.selection->count};
  return view.generation->index().Search(
      {.embedding = *direction, .k = query.k, .filter = view.selection ? &filter : nullptr});
}

// Fills `found` with the items of `neighbors`. False where one of them is no longer what was found, or one that was
// deleted during the search has left a gap: another search is due, or, where nothing could have changed, the rest is
// the answer.
bool Collection::Resolve(const StoreQuery& query, const View& view, const std::vector<Neighbor>& neighbors,
                         std::vector<Found>& found) const {
  found.clear();
  found.reserve(neighbors.size());
  for (const Neighbor& neighbor : neighbors) {
    const ItemDirectory::ItemPointer& item = items_.At(neighbor.slot);
    const bool current = item != nullptr && item->sequence == neighbor.version &&
                         (item->sequence <= view.sequence || query.filter.Matches(item->attributes));
    if (!current) continue;
    found.push_back({item, neighbor.similarity, {}});
    if (!query.with_embeddings) continue;
    found.back().embedding.resize(spec_.dimension);
    if (!view.generation->index().Read(neighbor.slot, neighbor.version, found.back().embedding)) found.pop_back();
  }
  const size_t matching = view.selection ? view.selection->count : view.generation->index().size();
  return found.size() == neighbors.size() && found.size() >= std::min(query.k, matching);
}

std::vector<ScoredItem> Collection::ToResults(std::vector<Found> found, std::optional<float> min_score) {
  std::vector<ScoredItem> results;
  results.reserve(found.size());
  for (Found& one : found) {
    // Rounding may carry a cosine a little over 1.
    const float score = std::clamp(one.similarity, -1.0f, 1.0f);
    if (!min_score || score >= *min_score) results.push_back({*one.item, score, std::move(one.embedding)});
  }
  std::sort(results.begin(), results.end(), ByScoreThenId);
  return results;
}

}  // namespace lookalike
