// SPDX-License-Identifier: Apache-2.0
// Memory that cannot be had: the index must answer as before, and go on once there is memory again.
#include <gtest/gtest.h>

#include "libs/ann/hnsw_index.h"
#include "tests/unit/libs/ann/clustered_vectors.h"
#include "tests/unit/libs/ann/failing_memory.h"

namespace lookalike {
namespace {

class HnswIndexMemoryTest : public testing::Test {
 protected:
  static constexpr size_t kDimension = 8;

  static std::unique_ptr<HnswIndex> MakeIndex(size_t initial_capacity) {
    HnswIndex::Options options = {.dimension = kDimension, .ef_search = 1000, .exact_threshold = 0};
    options.initial_capacity = initial_capacity;
    return HnswIndex::Create(options).value();
  }

  void AddMany(Slot count) {
    for (Slot slot = 0; slot < count; ++slot) {
      embeddings_[slot] = vectors_.Draw();
      ASSERT_TRUE(index_->Add(slot, embeddings_[slot]).ok());
    }
  }

  absl::Status AddDespite(const FailingMemory::Failures& failures, Slot slot, const Embedding& embedding) {
    const FailingMemory failing(failures);
    return index_->Add(slot, embedding);
  }

  void ExpectToHoldWhatWasAdded() {
    const Embedding query = vectors_.Draw();
    const std::vector<Slot> truth = SlotsOf(BruteForce(embeddings_, query, 10));
    EXPECT_EQ(index_->size(), embeddings_.size());
    EXPECT_EQ(SlotsOf(index_->Search(query, 10, nullptr).value()), truth);
    EXPECT_EQ(SlotsOf(index_->Search(query, 10, [](Slot) { return true; }).value()), truth);
  }

  const UnreportedLeaks unreported_leaks_;  // first: it must live longer than the index
  ClusteredVectors vectors_{kDimension, 1};
  std::map<Slot, Embedding> embeddings_;
  std::unique_ptr<HnswIndex> index_ = MakeIndex(1024);
};

TEST_F(HnswIndexMemoryTest, AFailureAnywhereInAnAdditionLeavesTheIndexAsItWas) {
  AddMany(300);
  const Embedding one_more = vectors_.Draw();
  size_t failing = 0;
  while (!AddDespite({.at = failing}, 300, one_more).ok()) {
    ExpectToHoldWhatWasAdded();
    ASSERT_LT(++failing, 1000u);
  }
  EXPECT_GT(failing, 10u) << "hardly anything was made to fail";
  embeddings_[300] = one_more;
  ExpectToHoldWhatWasAdded();
}

// A new index for each failure: what one attempt to grow has taken, the next need not take.
TEST_F(HnswIndexMemoryTest, AFailureAnywhereInGrowingLeavesTheIndexAsItWas) {
  constexpr Slot kCapacity = 8;
  bool grown = false;
  for (size_t failing = 0; !grown; ++failing) {
    ASSERT_LT(failing, 1000u);
    embeddings_.clear();
    index_ = MakeIndex(kCapacity);
    AddMany(kCapacity);
    const Embedding one_more = vectors_.Draw();
    grown = AddDespite({.at = failing}, kCapacity, one_more).ok();
    if (!grown) {
      ExpectToHoldWhatWasAdded();
      ASSERT_TRUE(index_->Add(kCapacity, one_more).ok());
    }
    embeddings_[kCapacity] = one_more;
    ExpectToHoldWhatWasAdded();
  }
}

TEST_F(HnswIndexMemoryTest, AFailureInTheFirstAdditionLeavesTheIndexEmpty) {
  const Embedding only = vectors_.Draw();
  EXPECT_EQ(AddDespite({.at = 0}, 0, only).code(), absl::StatusCode::kResourceExhausted);
  ExpectToHoldWhatWasAdded();
  AddMany(10);
  ExpectToHoldWhatWasAdded();
}

TEST_F(HnswIndexMemoryTest, ASearchWithoutMemoryIsRefused) {
  AddMany(100);
  const Embedding query = vectors_.Draw();
  for (const SlotFilter& filter : {SlotFilter(), SlotFilter([](Slot) { return true; })}) {
    const FailingMemory failing({.at = 0});
    EXPECT_EQ(index_->Search(query, 10, filter).status().code(), absl::StatusCode::kResourceExhausted);
  }
  ExpectToHoldWhatWasAdded();
}

TEST_F(HnswIndexMemoryTest, AnIndexWithoutMemoryIsNotMade) {
  const FailingMemory failing({.above_bytes = 100'000});
  const absl::Status status = HnswIndex::Create({.dimension = kDimension}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace lookalike
