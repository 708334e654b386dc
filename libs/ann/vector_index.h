// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace lookalike {

// The dense number under which an index knows an embedding. Chosen by the caller, never used twice in an index's life.
using Slot = uint32_t;

struct Neighbor {
  Slot slot;
  float similarity;  // cosine, -1 to 1
};

// Says whether a slot may be a result. Called under the index's lock: must be quick and must not call the index.
using SlotFilter = std::function<bool(Slot)>;

// A set of normalised embeddings that can be asked for the nearest to another. Thread-safe: every method may be called
// at any time from any thread, and a search sees each addition and removal wholly or not at all.
class VectorIndex {
 public:
  virtual ~VectorIndex() = default;

  // Adds an embedding of `dimension()` floats with L2 norm 1. A search that starts after the return can find it.
  // InvalidArgument for another length or norm; AlreadyExists for a slot that was added before;
  // ResourceExhausted where memory for it could not be had, and the index is as it was.
  virtual absl::Status Add(Slot slot, std::span<const float> embedding) = 0;

  // Takes an embedding out: no search that starts after the return gives it. NotFound for a slot that is not there.
  virtual absl::Status Remove(Slot slot) = 0;

  // The `k` nearest to `query` (dimension() floats, norm 1), most similar first, equal ones by slot. Exactly
  // min(k, number of embeddings that `filter` lets through) results; with a filter they are the exact nearest.
  // A null filter lets all through. InvalidArgument for another length or norm of `query`.
  virtual absl::StatusOr<std::vector<Neighbor>> Search(std::span<const float> query, size_t k,
                                                       const SlotFilter& filter) const = 0;

  virtual size_t dimension() const = 0;
  // Embeddings that can be found.
  virtual size_t size() const = 0;
  // Removed embeddings that still take up memory.
  virtual size_t tombstones() const = 0;
};

}  // namespace lookalike
