// SPDX-License-Identifier: Apache-2.0
// Memory that cannot be had: the index must answer as before, and go on once there is memory again.
#include <optional>

#include <gtest/gtest.h>

#include "libs/ann/visited_set.h"
#include "tests/unit/libs/ann/block_memory.h"
#include "tests/unit/libs/ann/checked_index.h"
#include "tests/unit/libs/ann/clustered_vectors.h"
#include "tests/unit/libs/ann/failing_memory.h"

namespace lookalike {
namespace {

class HnswIndexMemoryTest : public testing::Test {
 protected:
  static constexpr size_t kDimension = 8;
  static constexpr HnswIndex::Options kOptions = {.dimension = kDimension, .exact_threshold = 0};

  HnswIndexMemoryTest() { Restart(kOptions); }

  void Restart(const HnswIndex::Options& options) { checked_.emplace(options); }

  void PutMany(Slot count) {
    for (Slot slot = 0; slot < count; ++slot) checked_->Put(slot, vectors_.Draw());
  }

  absl::Status PutDespite(const FailingMemory::Failures& failures, Slot slot, const Embedding& embedding) {
    const FailingMemory failing(failures);
    return checked_->index().Put(slot, 999, embedding);
  }

  void ExpectToHoldWhatWasPut() {
    EXPECT_EQ(checked_->index().size(), checked_->items().size());
    for (const auto& [slot, item] : checked_->items()) EXPECT_EQ(checked_->index().VersionOf(slot), item.version);
    checked_->ExpectExact({.embedding = vectors_.Draw(), .k = 1000});
  }

  ClusteredVectors vectors_{kDimension, 1};
  std::optional<CheckedIndex> checked_;
};

// A new index for each failure: what one attempt has taken, the next need not take.
TEST_F(HnswIndexMemoryTest, AFailureAnywhereInTheFirstPutLeavesTheIndexEmpty) {
  const Embedding first = vectors_.Draw();
  size_t failing = 0;
  while (!PutDespite({.at = failing}, 0, first).ok()) {
    ExpectToHoldWhatWasPut();
    ASSERT_LT(++failing, 1000u);
    PutMany(3);
    ExpectToHoldWhatWasPut();
    Restart(kOptions);
  }
  EXPECT_GT(failing, 10u) << "hardly anything was made to fail";
}

TEST_F(HnswIndexMemoryTest, AFailureAnywhereInAPutThatGrowsLeavesTheIndexAsItWas) {
  constexpr Slot kRowsOfAChunk = 1024;
  bool put = false;
  for (size_t failing = 0; !put; ++failing) {
    ASSERT_LT(failing, 1000u);
    Restart({.dimension = kDimension});
    PutMany(kRowsOfAChunk);
    put = PutDespite({.at = failing}, kRowsOfAChunk, vectors_.Draw()).ok();
    if (!put) ExpectToHoldWhatWasPut();
  }
}

TEST_F(HnswIndexMemoryTest, AFailedReplacementLeavesWhatTheSlotHad) {
  constexpr Slot kRowsOfAChunk = 1024;
  PutMany(kRowsOfAChunk);
  EXPECT_EQ(PutDespite({.at = 0}, 5, vectors_.Draw()).code(), absl::StatusCode::kResourceExhausted);
  ExpectToHoldWhatWasPut();
  checked_->Put(5, vectors_.Draw());
  ExpectToHoldWhatWasPut();
}

TEST_F(HnswIndexMemoryTest, ASearchThatLacksMemoryAnywhereIsRefused) {
  PutMany(1000);
  checked_->WaitUntilIdle();
  SlotSet allowed;
  for (Slot slot = 0; slot < 1000; slot += 2) allowed.Insert(slot);
  const SlotFilter filter = allowed.filter();
  const Embedding query = vectors_.Draw();
  for (const SlotFilter* const with : {static_cast<const SlotFilter*>(nullptr), &filter}) {
    for (const size_t ef : {2u, 100u}) {
      const auto search = [&](size_t failing) {
        const FailingMemory memory({.at = failing});
        return checked_->index().Search({.embedding = query, .k = 2, .ef = ef, .filter = with}).status();
      };
      size_t failing = 0;
      for (absl::Status status = search(0); !status.ok(); status = search(++failing)) {
        ASSERT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
        ASSERT_LT(failing, 1000u);
      }
      EXPECT_GT(failing, 3u) << "hardly anything was made to fail";
    }
  }
  ExpectToHoldWhatWasPut();
}

TEST_F(HnswIndexMemoryTest, AnIndexWithoutMemoryIsNotMade) {
  const UnreportedLeaks unreported_leaks;
  for (size_t failing = 0; failing < 5; ++failing) {
    const FailingMemory memory({.at = failing});
    EXPECT_EQ(HnswIndex::Create(kOptions).status().code(), absl::StatusCode::kResourceExhausted);
  }
}

TEST_F(HnswIndexMemoryTest, ASnapshotThatLacksMemoryAnywhereIsNotLoaded) {
  PutMany(1100);
  checked_->WaitUntilIdle();
  const std::string snapshot = SnapshotOf(checked_->index());
  const auto load = [&](size_t failing) {
    const auto reader = ReaderOf(snapshot);
    const UnreportedLeaks unreported_leaks;
    const FailingMemory memory({.at = failing});
    return HnswIndex::Load(kOptions, *reader, [](Slot, uint64_t) { return true; }).status();
  };
  size_t failing = 0;
  for (absl::Status status = load(0); !status.ok(); status = load(++failing)) {
    ASSERT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status << " at " << failing;
    ASSERT_LT(failing, 10'000u);
  }
  EXPECT_GT(failing, 50u) << "hardly anything was made to fail";
}

TEST(VisitedSetsTest, ASetForWhichThereIsNoPlaceIsGivenUp) {
  VisitedSets sets;
  {
    const FailingMemory memory({.at = 2});  // 0 and 1 are the set's own
    const VisitedSets::Lease lease = sets.Borrow(10);
    ASSERT_TRUE((*lease).Insert(3));
  }
  EXPECT_TRUE((*sets.Borrow(10)).Insert(3));
}

TEST_F(HnswIndexMemoryTest, LinkingThatLacksMemoryIsTriedAgain) {
  {
    const FailingMemoryElsewhere failing;
    PutMany(100);
    failing.WaitForFailures(1);
    ExpectToHoldWhatWasPut();
  }
  checked_->WaitUntilIdle();
  EXPECT_EQ(checked_->index().backlog(), 0u);
  ExpectToHoldWhatWasPut();
  EXPECT_TRUE(checked_->index().AuditGraph(false).unreachable.empty());
}

TEST_F(HnswIndexMemoryTest, AnIndexWhoseLinkingLacksMemoryCanBeGivenUp) {
  const FailingMemoryElsewhere failing;
  PutMany(100);
  failing.WaitForFailures(1);
  checked_.reset();
}

}  // namespace
}  // namespace lookalike
