// SPDX-License-Identifier: Apache-2.0
// Random operations, and the answer to each search against reading every embedding.
#include <random>

#include <gtest/gtest.h>

#include "tests/unit/libs/ann/checked_index.h"
#include "tests/unit/libs/ann/clustered_vectors.h"

namespace lookalike {
namespace {

class HnswIndexRandomTest : public testing::TestWithParam<unsigned> {
 protected:
  static constexpr size_t kDimension = 16;
  static constexpr Slot kSlots = 1500;

  size_t Below(size_t bound) { return random_() % bound; }

  void Put() { checked_.Put(static_cast<Slot>(Below(kSlots)), vectors_.Draw()); }

  void Remove() {
    const Slot slot = static_cast<Slot>(Below(kSlots));
    if (checked_.items().contains(slot)) {
      checked_.Remove(slot);
    } else {
      EXPECT_EQ(checked_.index().Remove(slot).code(), absl::StatusCode::kNotFound);
    }
  }

  // Slots of about 1/2, 1/3, … 1/8 of the items, some of which are not there.
  SlotSet DrawSlots() {
    SlotSet slots;
    const size_t part = 2 + Below(7);
    for (Slot slot = 0; slot < kSlots; ++slot) {
      if (Below(part) == 0) slots.Insert(slot);
    }
    return slots;
  }

  // The scans of so small an index are left to narrow beams.
  void Search() {
    const SlotSet slots = DrawSlots();
    const SlotFilter filter = slots.filter();
    const Embedding embedding = vectors_.Draw();
    const size_t k = Below(12);
    const NeighborQuery query = {
        .embedding = embedding, .k = k, .ef = 4 + Below(28), .filter = Below(2) == 0 ? &filter : nullptr};
    const std::vector<Neighbor> truth = BruteForce(checked_.items(), query);
    found_ += CountFound(truth, checked_.Search(query));
    wanted_ += truth.size();
  }

  void ExpectRightFigures() {
    const HnswIndex::Figures figures = checked_.index().figures();
    ASSERT_EQ(figures.live, checked_.items().size());
    ASSERT_EQ(checked_.index().size(), checked_.items().size());
    ASSERT_LE(figures.backlog, figures.live + figures.tombstones);
  }

  std::mt19937 random_{GetParam()};
  ClusteredVectors vectors_{kDimension, GetParam()};
  CheckedIndex checked_{{.dimension = kDimension, .exact_threshold = 50, .link_threads = 1 + GetParam() % 2}};
  size_t found_ = 0;
  size_t wanted_ = 0;
};

TEST_P(HnswIndexRandomTest, EveryAnswerIsSoundAndNearlyAllIsFound) {
  for (Slot slot = 0; slot < kSlots; ++slot) checked_.Put(slot, vectors_.Draw());
  for (int step = 0; step < 4000; ++step) {
    const size_t choice = Below(10);
    if (choice < 4) Put();
    if (choice == 4) Remove();
    if (choice >= 5) Search();
    if (choice == 9) ExpectRightFigures();
    if (step % 1000 == 500) checked_.WaitUntilIdle();
    if (HasFailure()) break;
  }
  RecordProperty("recall", std::to_string(static_cast<double>(found_) / static_cast<double>(wanted_)));
  EXPECT_GE(static_cast<double>(found_), 0.97 * static_cast<double>(wanted_));
  EXPECT_GT(wanted_, 5000u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, HnswIndexRandomTest, testing::Range(1u, 7u));

}  // namespace
}  // namespace lookalike
