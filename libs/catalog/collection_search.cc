// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
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
  std::optional<Selection> selection;  // of the filter, where there is one: the slots of all images
  size_t items = 0;                    // that the filter lets through
  double images_per_item = 1;
  uint64_t sequence = 0;  // every write up to it is in memory, and in the selection
};

Collection::View Collection::TakeView(const Filter& filter) const {
  View view;
  view.generation = generation_;
  view.sequence = std::max(stored_.sequence, applied_);
  if (items_.size() > 0) {
    view.images_per_item = static_cast<double>(items_.images()) / static_cast<double>(items_.size());
  }
  if (!filter.MatchesEverything()) {
    Selection selection = items_.Select(filter);
    view.items = selection.count;
    view.selection = items_.WithAllImages(std::move(selection));
  }
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

// Asks the index for as many images as k items have on average, and for twice as many again and again while those are
// of fewer items.
absl::StatusOr<std::vector<ScoredItem>> Collection::SearchOne(std::span<const Embedding> parts, const StoreQuery& query,
                                                              View& view) const {
  std::vector<Found> found;
  size_t images = static_cast<size_t>(std::ceil(static_cast<double>(query.k) * view.images_per_item));
  for (int attempt = 0; attempt < kAttempts;) {
    const absl::StatusOr<std::vector<Neighbor>> neighbors = FindNeighbors(parts, query, images, view);
    if (!neighbors.ok()) return neighbors.status();
    Sight sight;
    {
      ReaderMutexLock lock(state_mutex_);
      sight = Resolve(query, view, images, *neighbors, found);
      if (sight == Sight::kOutdated) view = TakeView(query.filter);
    }
    if (sight == Sight::kWhole) return ToResults(std::move(found), query);
    if (sight == Sight::kTooFewImages) images *= 2;
    if (sight == Sight::kOutdated) ++attempt;
  }
  {
    ReaderMutexLock lock(state_mutex_);
    view = TakeView(query.filter);
    for (Sight sight = Sight::kTooFewImages; sight == Sight::kTooFewImages; images *= 2) {
      const absl::StatusOr<std::vector<Neighbor>> neighbors = FindNeighbors(parts, query, images, view);
      if (!neighbors.ok()) return neighbors.status();
      sight = Resolve(query, view, images, *neighbors, found);
    }
  }
  return ToResults(std::move(found), query);
}

absl::StatusOr<std::vector<Neighbor>> Collection::FindNeighbors(std::span<const Embedding> parts,
                                                                const StoreQuery& query, size_t images,
                                                                const View& view) const {
  const absl::StatusOr<Embedding> direction = Direction(parts, query.weights, *view.generation);
  if (!direction.ok()) return direction.status();
  SlotFilter filter;
  if (view.selection) filter = {.words = view.selection->words, .count = view.selection->count};
  return view.generation->index().Search(
      {.embedding = *direction, .k = images, .filter = view.selection ? &filter : nullptr});
}

// Fills `found` with the items of `neighbors`, the nearest `images`, each once and with its best. kTooFewImages where
// these are of fewer than k items, and others may follow. kOutdated where one of them is no longer what was found, or
// one that was deleted during the search has left a gap: another search is due, or, where nothing could have changed,
// the rest is the answer.
Collection::Sight Collection::Resolve(const StoreQuery& query, const View& view, size_t images,
                                      const std::vector<Neighbor>& neighbors, std::vector<Found>& found) const {
  found.clear();
  found.reserve(std::min(neighbors.size(), query.k));
  absl::flat_hash_map<const Item*, size_t> places;  // in `found`, of items of several images
  bool current = true;
  for (const Neighbor& neighbor : neighbors) {
    if (!IsCurrent(neighbor, query, view)) {
      current = false;
      continue;
    }
    const ItemDirectory::Place& place = items_.At(neighbor.slot);
    if (const auto known = places.find(place.item.get()); known != places.end()) {
      Found& best = found[known->second];
      if (neighbor.similarity == best.similarity) best.image = std::min(best.image, place.image);
      continue;
    }
    Found one{place.item, place.image, neighbor.similarity, {}};
    if (query.with_embeddings) {
      one.embedding.resize(spec_.dimension);
      if (!view.generation->index().Read(neighbor.slot, neighbor.version, one.embedding)) {
        current = false;
        continue;
      }
    }
    if (place.item->images.size() > 1) places.emplace(place.item.get(), found.size());
    found.push_back(std::move(one));
  }
  if (!current) return Sight::kOutdated;
  const size_t matching = view.selection ? view.items : items_.size();
  if (found.size() >= std::min(query.k, matching)) return Sight::kWhole;
  if (neighbors.size() < images) return Sight::kOutdated;
  // Those that follow are no more similar than the last.
  const bool all_that_count = query.min_score && neighbors.back().similarity < *query.min_score;
  return all_that_count ? Sight::kWhole : Sight::kTooFewImages;
}

// Whether what was found is still so, and the item's other images were seen as they are.
bool Collection::IsCurrent(const Neighbor& neighbor, const StoreQuery& query, const View& view) const {
  const ItemDirectory::Place& place = items_.At(neighbor.slot);
  if (place.item == nullptr) return false;
  const Item& item = *place.item;
  if (item.images[place.image].sequence != neighbor.version) return false;
  if (item.sequence <= view.sequence) return true;
  if (!query.filter.Matches(item.attributes)) return false;
  return item.images.size() == 1 || std::all_of(item.images.begin(), item.images.end(), [&](const ItemImage& image) {
           return image.sequence <= view.sequence;
         });
}

std::vector<ScoredItem> Collection::ToResults(std::vector<Found> found, const StoreQuery& query) {
  std::vector<ScoredItem> results;
  results.reserve(found.size());
  for (Found& one : found) {
    // Rounding may carry a cosine a little over 1.
    const float score = std::clamp(one.similarity, -1.0f, 1.0f);
    if (query.min_score && score < *query.min_score) continue;
    ScoredItem& result = results.emplace_back();
    result.item.id = one.item->id;
    result.item.attributes = one.item->attributes;
    result.item.group = one.item->group;
    result.item.version = one.item->version;
    result.item.sequence = one.item->sequence;
    result.score = score;
    result.image = one.image;
    result.embedding = std::move(one.embedding);
  }
  std::sort(results.begin(), results.end(), ByScoreThenId);
  if (results.size() > query.k) results.resize(query.k);
  return results;
}

}  // namespace lookalike
