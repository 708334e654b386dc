// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "libs/ann/hnsw_index.h"
#include "libs/vector/embedding.h"

namespace lookalike {

// Slots as a caller of an index has them.
class SlotSet {
 public:
  void Insert(Slot slot);
  // A view: the set must outlive it, and not change.
  SlotFilter filter() const { return {.words = words_, .count = count_}; }

 private:
  std::vector<uint64_t> words_;
  size_t count_ = 0;
};

struct Item {
  uint64_t version = 0;
  Embedding embedding;
};
using Items = std::map<Slot, Item>;

// In double precision.
double Cosine(const Embedding& a, const Embedding& b);

// What an index should answer: the nearest of `items`, by reading all of them.
std::vector<Neighbor> BruteForce(const Items& items, const NeighborQuery& query);

std::vector<Slot> SlotsOf(const std::vector<Neighbor>& neighbors);

// How many of the true nearest are in the answer. An embedding as similar as the last of them is as good as it.
size_t CountFound(const std::vector<Neighbor>& truth, const std::vector<Neighbor>& answer);

// Expects of an answer what holds of every one, exact or not: as many as there can be, of these items, each once, with
// its version and its similarity, in order.
void ExpectSoundAnswer(const Items& items, const NeighborQuery& query, const std::vector<Neighbor>& answer);

// An index and, beside it, all that should be in it.
class CheckedIndex {
 public:
  explicit CheckedIndex(const HnswIndex::Options& options) : index_(HnswIndex::Create(options).value()) {}

  void Put(Slot slot, const Embedding& embedding);
  void Remove(Slot slot);
  void WaitUntilIdle();

  // Checked to be sound.
  std::vector<Neighbor> Search(const NeighborQuery& query) const;
  // Checked to be as similar as the nearest that there are.
  std::vector<Neighbor> ExpectExact(const NeighborQuery& query) const;
  // The part of the true nearest that searches find.
  double Recall(const std::vector<Embedding>& queries, size_t k, size_t ef) const;
  // Slots that are not among the ten of the answer for their own embedding; ef as in a query.
  std::vector<Slot> Lost(size_t ef) const;

  HnswIndex& index() const { return *index_; }
  const Items& items() const { return items_; }

 private:
  const std::unique_ptr<HnswIndex> index_;
  Items items_;
  uint64_t next_version_ = 1;
};

}  // namespace lookalike
