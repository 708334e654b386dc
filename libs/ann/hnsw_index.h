// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "absl/base/thread_annotations.h"

#include "libs/ann/vector_index.h"
#include "libs/sync/mutex.h"

namespace lookalike {

// A VectorIndex in memory over hnswlib's HNSW graph (Malkov and Yashunin, arXiv 1603.09320).
//
// Results are exact where a search scans every embedding: with a filter, in a small index, for a k that is a large
// part of it, and where the graph could not lead to k of them (it can lose its way to an embedding). Elsewhere they
// are approximate, with the recall that `M`, `ef_construction` and `ef_search` buy.
//
// One lock: searches run beside each other, an addition or removal runs alone and waits for the searches that are in
// progress; the searches that come after it wait for it. An addition takes about a millisecond at 100,000 embeddings.
//
// A removed embedding stays in the graph as a tombstone, as a step on the way to others. It is never a result, but
// takes up its memory and a part of the searches' time for the life of the index.
//
// Memory: about 4 × dimension + 8 × M + 120 bytes for each embedding of the capacity, which is `initial_capacity`,
// doubled whenever it is full.
class HnswIndex final : public VectorIndex {
 public:
  struct Options {
    size_t dimension = 0;  // floats an embedding, 1 to 65,536

    // Links of an embedding, twice as many on the lowest layer; 2 to 256. Memory and time to add grow with it. At 16,
    // 100,000 VGG embeddings have a recall@10 of 0.95 from an ef_search of 64 on.
    size_t M = 16;
    // Candidates among which the links of a new embedding are chosen; at least 1. Time to add is proportional to it.
    size_t ef_construction = 200;
    // Candidates that a search keeps; at least 1, and k where that is larger. Time to search is proportional to it.
    size_t ef_search = 100;

    // An index of at most this many embeddings is scanned: exact, and at 512 dimensions as fast as the graph.
    size_t exact_threshold = 2000;

    size_t initial_capacity = 1024;  // embeddings, 1 to 2^31 - 1
    size_t seed = 100;               // of the layers that embeddings are put on: same seed and additions, same graph
  };

  // InvalidArgument, naming it, where an option is out of its range; ResourceExhausted where there is no memory for
  // the initial capacity.
  static absl::StatusOr<std::unique_ptr<HnswIndex>> Create(const Options& options);
  ~HnswIndex() override;

  absl::Status Add(Slot slot, std::span<const float> embedding) override;
  absl::Status Remove(Slot slot) override;
  absl::StatusOr<std::vector<Neighbor>> Search(std::span<const float> query, size_t k,
                                               const SlotFilter& filter) const override;

  size_t dimension() const override { return options_.dimension; }
  size_t size() const override;
  size_t tombstones() const override;

 private:
  class Graph;

  HnswIndex(const Options& options, std::unique_ptr<Graph> graph);

  const Options options_;
  mutable Mutex mutex_;
  const std::unique_ptr<Graph> graph_ ABSL_PT_GUARDED_BY(mutex_);
};

}  // namespace lookalike
