// SPDX-License-Identifier: Apache-2.0
// Additions, removals and searches at the same time: run under ThreadSanitizer, this is the proof that none races.
#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "libs/ann/hnsw_index.h"
#include "tests/unit/libs/ann/clustered_vectors.h"

namespace lookalike {
namespace {

constexpr size_t kDimension = 8;
constexpr Slot kOfEachWriter = 150;

class HnswIndexThreadsTest : public testing::Test {
 protected:
  // Adds slots first, first + 1, … and removes each second one again.
  void Write(Slot first) {
    ClusteredVectors vectors(kDimension, first + 1);
    for (Slot slot = first; slot < first + kOfEachWriter; ++slot) {
      if (!index_->Add(slot, vectors.Draw()).ok()) ++failures_;
      if (slot % 2 == 1) continue;
      if (!index_->Remove(slot).ok()) ++failures_;
      removed_[slot] = true;
    }
  }

  // Searches with and without a filter; nothing that was removed before a search may come out of it.
  void Read(unsigned seed) {
    ClusteredVectors vectors(kDimension, seed);
    for (int round = 0; round < 150; ++round) {
      std::vector<Slot> gone;
      for (Slot slot = 0; slot < removed_.size(); ++slot) {
        if (removed_[slot]) gone.push_back(slot);
      }
      const SlotFilter filter = [](Slot slot) { return slot % 3 != 0; };
      const auto found = index_->Search(vectors.Draw(), 10, round % 2 ? filter : nullptr);
      if (!found.ok()) {
        ++failures_;
        continue;
      }
      for (const Neighbor& neighbor : *found) failures_ += std::count(gone.begin(), gone.end(), neighbor.slot);
      if (index_->size() > 2 * kOfEachWriter || index_->tombstones() > kOfEachWriter) ++failures_;
    }
  }

  const std::unique_ptr<HnswIndex> index_ =
      HnswIndex::Create({.dimension = kDimension, .exact_threshold = 0, .initial_capacity = 4}).value();
  std::array<std::atomic<bool>, 2 * kOfEachWriter> removed_ = {};
  std::atomic<size_t> failures_ = 0;
};

TEST_F(HnswIndexThreadsTest, AddRemoveAndSearchBesideEachOther) {
  std::vector<std::thread> threads;
  threads.emplace_back([this] { Write(0); });
  threads.emplace_back([this] { Write(kOfEachWriter); });
  threads.emplace_back([this] { Read(1001); });
  threads.emplace_back([this] { Read(1002); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures_, 0u);
  EXPECT_EQ(index_->size(), kOfEachWriter);
  EXPECT_EQ(index_->tombstones(), kOfEachWriter);
}

}  // namespace
}  // namespace lookalike
