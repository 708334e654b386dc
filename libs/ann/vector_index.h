// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace lookalike {

// The dense number under which an index knows an item's embedding. Chosen by the caller, from 0 up and without large
// gaps; a slot whose embedding was removed can be given to another item at once.
using Slot = uint32_t;

struct Neighbor {
  Slot slot = 0;
  uint64_t version = 0;  // with which the embedding was put: tells the caller whose slot it was
  float similarity = 0;  // cosine, -1 to 1; off by 4e-6 (standard deviation) for VGG embeddings of 512 dimensions
};

// The slots that may be results, as a bit set: bit s % 64 of words[s / 64] for slot s. A view of the caller's memory.
struct SlotFilter {
  std::span<const uint64_t> words;
  size_t count = 0;  // bits that are set

  bool Allows(Slot slot) const { return slot / 64 < words.size() && (words[slot / 64] >> slot % 64 & 1) != 0; }
};

struct NeighborQuery {
  std::span<const float> embedding;    // dimension() floats, L2 norm 1
  size_t k = 10;                       // results wanted
  size_t ef = 0;                       // candidates that the search keeps; 0: the index's default
  const SlotFilter* filter = nullptr;  // null: all slots
};

// A set of normalised embeddings that can be asked for the nearest to another. Thread-safe: every method may be called
// at any time from any thread.
//
// A search sees every Put() and Remove() that returned before it began. Of those that run beside it, it sees each or
// not; an embedding that is being replaced it sees as it was or as it is, never both and never neither.
class VectorIndex {
 public:
  virtual ~VectorIndex() = default;

  // Keeps an embedding of `dimension()` floats with L2 norm 1 under `slot`, in place of the one that was there.
  // InvalidArgument for another length or norm; ResourceExhausted where memory for it could not be had, and the index
  // is as it was.
  virtual absl::Status Put(Slot slot, uint64_t version, std::span<const float> embedding) = 0;

  // Takes an embedding out. NotFound for a slot that has none.
  virtual absl::Status Remove(Slot slot) = 0;

  // The nearest to the query, most similar first, equal ones by slot: min(k, number of embeddings that the filter lets
  // through) of them. InvalidArgument for another length or norm of the query.
  virtual absl::StatusOr<std::vector<Neighbor>> Search(const NeighborQuery& query) const = 0;

  virtual size_t dimension() const = 0;
  // Embeddings that can be found.
  virtual size_t size() const = 0;
};

}  // namespace lookalike
