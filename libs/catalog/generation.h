// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <utility>

#include "absl/status/statusor.h"

#include "libs/ann/hnsw_index.h"
#include "libs/catalog/storage.h"
#include "libs/vector/embedding.h"

namespace lookalike {

// One life of a collection's vector index, from one rebuild to the next, and the mean that its similarities are under.
//
// Without a mean, embeddings are kept as they are and the similarity of two is their cosine. With one, it is the cosine
// after the mean has been subtracted from both: what all items have in common no longer counts. An embedding that
// equals the mean has no direction then, and is kept as it is.
//
// Thread-safe, as HnswIndex is.
class Generation {
 public:
  Generation(std::unique_ptr<HnswIndex> index, StoredMean mean) : index_(std::move(index)), mean_(std::move(mean)) {}

  // An empty one. `mean` without items: none.
  static absl::StatusOr<std::shared_ptr<Generation>> Create(const HnswIndex::Options& options, StoredMean mean);

  // HnswIndex::Put of a normalised embedding.
  absl::Status Put(Slot slot, uint64_t version, std::span<const float> embedding);
  // What stands for a normalised embedding in the index: what to ask it for.
  Embedding Centered(std::span<const float> embedding) const;

  HnswIndex& index() { return *index_; }
  const HnswIndex& index() const { return *index_; }
  const StoredMean& mean() const { return mean_; }

 private:
  const std::unique_ptr<HnswIndex> index_;
  const StoredMean mean_;
};

}  // namespace lookalike
