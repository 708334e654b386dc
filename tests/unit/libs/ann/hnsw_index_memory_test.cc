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

  static constexpr size_t kCapacity = 1024;
  ClusteredVectors vectors_{kDimension, 1};
  std::map<Slot, Embedding> embeddings_;
  const std::unique_ptr<HnswIndex> index_ =
      HnswIndex::Create(
          {.dimension = kDimension, .ef_search = 1000, .exact_threshold = 0, .initial_capacity = kCapacity})
          .value();
};

TEST_F(HnswIndexMemoryTest, AFailureToGrowLeavesTheIndexAsItWas) {
  AddMany(kCapacity);
  const Embedding one_more = vectors_.Draw();
  // The lists of a grown index have 2, 4 and 40 bytes for each element: each limit stops at another one.
  for (const size_t bytes_an_element : {1, 3, 5}) {
    const FailingMemory::Failures failures = {.above_bytes = bytes_an_element * 2 * kCapacity};
    EXPECT_EQ(AddDespite(failures, kCapacity, one_more).code(), absl::StatusCode::kResourceExhausted);
    ExpectToHoldWhatWasAdded();
  }
  ASSERT_TRUE(index_->Add(kCapacity, one_more).ok());
  embeddings_[kCapacity] = one_more;
  ExpectToHoldWhatWasAdded();
}

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
