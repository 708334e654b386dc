// SPDX-License-Identifier: Apache-2.0
#include "libs/ann/hnsw_index.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/vector/dot.h"

// hnswlib's own vector code is for distances that are not used here, and its prefetching reads a few bytes behind
// the end of link lists.
#define NO_MANUAL_VECTORIZATION
#include <hnswlib/hnswlib.h>

namespace lookalike {
namespace {

constexpr size_t kMaxElements = std::numeric_limits<int32_t>::max();  // hnswlib counts its elements in an int

// Far wider than the rounding of Normalize(), far narrower than any mistake; NaN is outside it.
constexpr float kSquaredNormTolerance = 1e-3f;

// The distance is the negated dot product, and not 1 minus it: nothing is rounded, so that a similarity is the same
// number whether the graph or a scan found it.
class NegatedDot final : public hnswlib::SpaceInterface<float> {
 public:
  explicit NegatedDot(size_t dimension) : parameters_{dimension, BestDotKernel().dot} {}

  size_t get_data_size() override { return parameters_.dimension * sizeof(float); }
  hnswlib::DISTFUNC<float> get_dist_func() override { return &Distance; }
  void* get_dist_func_param() override { return &parameters_; }

  float Similarity(const float* a, const float* b) const { return parameters_.dot(a, b, parameters_.dimension); }

 private:
  struct Parameters {
    size_t dimension;
    DotFunction dot;
  };

  static float Distance(const void* a, const void* b, const void* parameters) {
    const auto& [dimension, dot] = *static_cast<const Parameters*>(parameters);
    return -dot(static_cast<const float*>(a), static_cast<const float*>(b), dimension);
  }

  Parameters parameters_;
};

// The order of results.
bool IsBefore(const Neighbor& a, const Neighbor& b) {
  return a.similarity != b.similarity ? a.similarity > b.similarity : a.slot < b.slot;
}

absl::Status CheckRange(absl::string_view option, size_t value, size_t least, size_t most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("index option ", option, " is ", value, ", wanted ", least, " to ", most));
}

absl::Status CheckOptions(const HnswIndex::Options& options) {
  absl::Status status = CheckRange("dimension", options.dimension, 1, 65'536);
  status.Update(CheckRange("M", options.M, 2, 256));
  status.Update(CheckRange("ef_construction", options.ef_construction, 1, kMaxElements));
  status.Update(CheckRange("ef_search", options.ef_search, 1, kMaxElements));
  status.Update(CheckRange("initial_capacity", options.initial_capacity, 1, kMaxElements));
  return status;
}

absl::Status CheckEmbedding(std::span<const float> embedding, size_t dimension) {
  if (embedding.size() != dimension) {
    return absl::InvalidArgumentError(
        absl::StrCat("embedding has ", embedding.size(), " values, the index wants ", dimension));
  }
  const float squared_norm = Dot(embedding.data(), embedding.data(), dimension);
  if (!(std::abs(squared_norm - 1) <= kSquaredNormTolerance)) {
    return absl::InvalidArgumentError(absl::StrCat("embedding has the norm ", std::sqrt(squared_norm), ", wanted 1"));
  }
  return absl::OkStatus();
}

// To be called in a catch block: the status of what was thrown by the work on an index.
absl::Status StatusOfException() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("index: not enough memory");
  } catch (const std::exception& error) {
    const absl::string_view message = error.what();
    const bool exhausted =
        absl::StartsWith(message, "Not enough memory") || absl::StartsWith(message, "The number of elements exceeds");
    const std::string text = absl::StrCat("index: ", message);
    return exhausted ? absl::ResourceExhaustedError(text) : absl::InternalError(text);
  }
}

}  // namespace

// The graph and the list of its live elements. An element is what hnswlib knows by an id of its own, dense from 0 in
// the order of additions; the slot is its label. Not thread-safe; throws what hnswlib and the allocator throw.
class HnswIndex::Graph {
 public:
  explicit Graph(const Options& options)
      : space_(options.dimension),
        hnsw_(&space_, options.initial_capacity, options.M, options.ef_construction, options.seed) {
    ReserveLists(options.initial_capacity);
  }

  size_t size() const { return live_.size(); }
  size_t tombstones() const { return hnsw_.cur_element_count - live_.size(); }
  bool WasAdded(Slot slot) const { return hnsw_.label_lookup_.count(slot) > 0; }

  // On an exception the live elements are as they were.
  void Add(Slot slot, const float* embedding) {
    if (hnsw_.cur_element_count == hnsw_.max_elements_) Grow();
    const auto element = static_cast<Element>(hnsw_.cur_element_count);
    try {
      Link(slot, embedding);
    } catch (...) {
      Abandon(slot, element);
      throw;
    }
    place_[element] = static_cast<uint32_t>(live_.size());
    live_.push_back(element);
  }

  // False where no live element has the slot.
  bool Remove(Slot slot) {
    const auto found = hnsw_.label_lookup_.find(slot);
    if (found == hnsw_.label_lookup_.end() || place_[found->second] == kNoPlace) return false;
    const Element element = found->second;
    hnsw_.markDelete(slot);
    const uint32_t place = std::exchange(place_[element], kNoPlace);
    if (live_.back() != element) {
      live_[place] = live_.back();
      place_[live_[place]] = place;
    }
    live_.pop_back();
    return true;
  }

  // The exact min(k, matching) nearest, best first.
  std::vector<Neighbor> Scan(const float* query, size_t k, const SlotFilter& filter) const {
    std::vector<Neighbor> nearest;  // a heap with the worst on top
    nearest.reserve(std::min(k, live_.size()));
    for (const Element element : live_) {
      const auto slot = static_cast<Slot>(hnsw_.getExternalLabel(element));
      if (filter && !filter(slot)) continue;
      const Neighbor candidate{slot, space_.Similarity(query, Embedding(element))};
      if (nearest.size() == k) {
        if (!IsBefore(candidate, nearest.front())) continue;
        std::pop_heap(nearest.begin(), nearest.end(), IsBefore);
        nearest.pop_back();
      }
      nearest.push_back(candidate);
      std::push_heap(nearest.begin(), nearest.end(), IsBefore);
    }
    std::sort_heap(nearest.begin(), nearest.end(), IsBefore);
    return nearest;
  }

  // The k nearest of the `ef` that the graph leads to, best first; fewer than k where it leads to fewer.
  std::vector<Neighbor> Walk(const float* query, size_t k, size_t ef) const {
    auto found = hnsw_.searchKnn(query, std::max(k, ef));
    std::vector<Neighbor> nearest;
    nearest.reserve(found.size());
    for (; !found.empty(); found.pop()) {
      nearest.push_back({static_cast<Slot>(found.top().second), -found.top().first});
    }
    std::sort(nearest.begin(), nearest.end(), IsBefore);
    if (nearest.size() > k) nearest.resize(k);
    return nearest;
  }

 private:
  using Element = hnswlib::tableint;
  static constexpr uint32_t kNoPlace = std::numeric_limits<uint32_t>::max();

  const float* Embedding(Element element) const {
    return reinterpret_cast<const float*>(hnsw_.getDataByInternalId(element));
  }

  // Nothing after the call needs memory for the lists before `capacity` elements are there.
  void ReserveLists(size_t capacity) {
    place_.resize(capacity, kNoPlace);
    live_.reserve(capacity);
  }

  // What hnswlib has made longer already when it throws here may stay so. Except that version 0.6.2 deletes its lists
  // of visited elements before it makes longer ones, and would go on with deleted ones: so they are kept out of its
  // sight until there are others.
  void Grow() {
    const size_t capacity = std::min(2 * hnsw_.max_elements_, kMaxElements);
    ReserveLists(capacity);
    auto& held = hnsw_.visited_list_pool_;  // a plain pointer in 0.6, a unique_ptr in 0.8
    std::unique_ptr<hnswlib::VisitedListPool> kept(std::exchange(held, nullptr));
    try {
      hnsw_.resizeIndex(capacity);
    } catch (...) {
      if (held == nullptr) held = std::remove_reference_t<decltype(held)>(kept.release());
      throw;
    }
  }

  // hnswlib chooses the links of a new element among the live ones it can reach from its entry point. Where it
  // reaches none and the entry point is alive, it takes the last of no links and crashes; a deleted entry point it
  // links in any case. So among tombstones the entry point passes for deleted while an element is added.
  void Link(Slot slot, const float* embedding) {
    const Element entry_point = hnsw_.enterpoint_node_;
    const bool pretend = tombstones() > 0 && hnsw_.maxlevel_ >= 0 && !hnsw_.isMarkedDeleted(entry_point);
    if (pretend) hnsw_.markDeletedInternal(entry_point);
    const auto restore = [&] {
      if (pretend) hnsw_.unmarkDeletedInternal(entry_point);
    };
    try {
      hnsw_.addPoint(embedding, slot);
    } catch (...) {
      restore();
      throw;
    }
    restore();
  }

  // After a failed addition. hnswlib counts an element before it takes memory for it, and others may have linked to
  // it already: it stays as a tombstone that no slot knows.
  void Abandon(Slot slot, Element element) {
    if (hnsw_.cur_element_count == element) return;
    hnsw_.label_lookup_.erase(slot);
    if (!hnsw_.isMarkedDeleted(element)) hnsw_.markDeletedInternal(element);
  }

  NegatedDot space_;
  hnswlib::HierarchicalNSW<float> hnsw_;
  std::vector<Element> live_;    // in no order; what a scan reads
  std::vector<uint32_t> place_;  // by element: where it stands in live_; kNoPlace for a tombstone
};

absl::StatusOr<std::unique_ptr<HnswIndex>> HnswIndex::Create(const Options& options) {
  if (absl::Status status = CheckOptions(options); !status.ok()) return status;
  try {
    return std::unique_ptr<HnswIndex>(new HnswIndex(options, std::make_unique<Graph>(options)));
  } catch (...) {
    return StatusOfException();
  }
}

HnswIndex::HnswIndex(const Options& options, std::unique_ptr<Graph> graph)
    : options_(options), graph_(std::move(graph)) {}

HnswIndex::~HnswIndex() = default;

absl::Status HnswIndex::Add(Slot slot, std::span<const float> embedding) {
  if (absl::Status status = CheckEmbedding(embedding, options_.dimension); !status.ok()) return status;
  const MutexLock lock(mutex_);
  if (graph_->WasAdded(slot)) return absl::AlreadyExistsError(absl::StrCat("slot ", slot, " was added before"));
  try {
    graph_->Add(slot, embedding.data());
    return absl::OkStatus();
  } catch (...) {
    return StatusOfException();
  }
}

absl::Status HnswIndex::Remove(Slot slot) {
  const MutexLock lock(mutex_);
  if (!graph_->Remove(slot)) return absl::NotFoundError(absl::StrCat("slot ", slot, " is not in the index"));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Neighbor>> HnswIndex::Search(std::span<const float> query, size_t k,
                                                        const SlotFilter& filter) const {
  if (absl::Status status = CheckEmbedding(query, options_.dimension); !status.ok()) return status;
  if (k == 0) return std::vector<Neighbor>();
  const ReaderMutexLock lock(mutex_);
  try {
    // Reaching a quarter of the elements by the graph costs more than reading all of them in a row.
    const bool scan = filter || graph_->size() <= options_.exact_threshold || k >= graph_->size() / 4;
    if (!scan) {
      std::vector<Neighbor> nearest = graph_->Walk(query.data(), k, options_.ef_search);
      if (nearest.size() == k) return nearest;
    }
    return graph_->Scan(query.data(), k, filter);
  } catch (...) {
    return StatusOfException();
  }
}

size_t HnswIndex::size() const {
  const ReaderMutexLock lock(mutex_);
  return graph_->size();
}

size_t HnswIndex::tombstones() const {
  const ReaderMutexLock lock(mutex_);
  return graph_->tombstones();
}

}  // namespace lookalike
