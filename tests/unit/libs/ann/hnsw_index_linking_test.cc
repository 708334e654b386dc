// SPDX-License-Identifier: Apache-2.0
// The backlog, and who waits for it.
#include <optional>

#include <gtest/gtest.h>

#include "tests/unit/libs/ann/checked_index.h"
#include "tests/unit/libs/ann/clustered_vectors.h"

namespace lookalike {
namespace {

class HnswIndexLinkingTest : public testing::Test {
 protected:
  static constexpr size_t kDimension = 16;

  void Start(size_t exact_threshold, size_t link_threads = 1) {
    checked_.emplace(
        HnswIndex::Options{.dimension = kDimension, .exact_threshold = exact_threshold, .link_threads = link_threads});
  }

  void PutMany(Slot count) {
    for (Slot slot = 0; slot < count; ++slot) checked_->Put(slot, vectors_.Draw());
  }

  HnswIndex& index() { return checked_->index(); }

  ClusteredVectors vectors_{kDimension, 1};
  std::optional<CheckedIndex> checked_;
};

TEST_F(HnswIndexLinkingTest, BelowTheThresholdThereIsNothingToWaitFor) {
  Start(100);
  PutMany(100);
  EXPECT_EQ(index().backlog(), 100u);
  EXPECT_TRUE(index().WaitForBacklog(0, absl::InfinitePast()));
  EXPECT_TRUE(index().WaitUntilIdle(absl::InfinitePast()));
}

TEST_F(HnswIndexLinkingTest, OneMoreThanTheThresholdBeginsTheGraph) {
  Start(100);
  PutMany(101);
  EXPECT_TRUE(index().WaitForBacklog(0, absl::InfiniteFuture()));
  EXPECT_EQ(index().backlog(), 0u);
}

TEST_F(HnswIndexLinkingTest, AGraphGoesOnWhereFewAreLeft) {
  Start(100);
  PutMany(101);
  ASSERT_TRUE(index().WaitUntilIdle(absl::InfiniteFuture()));
  for (Slot slot = 0; slot < 100; ++slot) checked_->Remove(slot);
  PutMany(50);
  EXPECT_TRUE(index().WaitUntilIdle(absl::InfiniteFuture()));
  EXPECT_EQ(index().backlog(), 0u);
  checked_->ExpectExact({.embedding = vectors_.Draw(), .k = 100});
}

TEST_F(HnswIndexLinkingTest, WaitingEndsWithTheDeadline) {
  Start(0);
  PutMany(3000);
  EXPECT_FALSE(index().WaitForBacklog(0, absl::InfinitePast()));
  EXPECT_FALSE(index().WaitUntilIdle(absl::Now()));
  EXPECT_TRUE(index().WaitForBacklog(3000, absl::InfinitePast()));
}

TEST_F(HnswIndexLinkingTest, WaitsForAsMuchAsIsAskedFor) {
  Start(0);
  PutMany(1000);
  ASSERT_TRUE(index().WaitForBacklog(300, absl::InfiniteFuture()));
  EXPECT_LE(index().backlog(), 300u);
  ASSERT_TRUE(index().WaitUntilIdle(absl::InfiniteFuture()));
  EXPECT_EQ(index().backlog(), 0u);
}

TEST_F(HnswIndexLinkingTest, WhatWasRemovedBeforeItsTurnIsNotLinked) {
  Start(0);
  PutMany(1000);
  for (Slot slot = 0; slot < 1000; ++slot) checked_->Remove(slot);
  ASSERT_TRUE(index().WaitUntilIdle(absl::InfiniteFuture()));
  PutMany(10);
  checked_->ExpectExact({.embedding = vectors_.Draw(), .k = 20});
}

TEST_F(HnswIndexLinkingTest, SeveralThreadsLinkAsWellAsOne) {
  Start(0, 4);
  PutMany(1500);
  ASSERT_TRUE(index().WaitUntilIdle(absl::InfiniteFuture()));
  std::vector<Embedding> queries;
  for (int i = 0; i < 100; ++i) queries.push_back(vectors_.Draw());
  EXPECT_GE(checked_->Recall(queries, 10, 40), 0.98);
  EXPECT_TRUE(index().AuditGraph(false).unreachable.empty());
  EXPECT_TRUE(checked_->Lost(40).empty());
}

// All are linked in one go: between puts that come one by one a patrol may mend links, or not, as time permits.
TEST_F(HnswIndexLinkingTest, TheSameSeedAndPutsGiveTheSameAnswers) {
  std::vector<std::vector<Slot>> answers;
  for (int time = 0; time < 2; ++time) {
    ClusteredVectors vectors(kDimension, 1);
    checked_.emplace(HnswIndex::Options{.dimension = kDimension, .M = 2, .ef_construction = 4, .exact_threshold = 499});
    for (Slot slot = 0; slot < 500; ++slot) checked_->Put(slot, vectors.Draw());
    checked_->WaitUntilIdle();
    for (int round = 0; round < 20; ++round) {
      answers.push_back(SlotsOf(checked_->Search({.embedding = vectors.Draw(), .k = 2, .ef = 2})));
    }
  }
  for (size_t i = 0; i < 20; ++i) EXPECT_EQ(answers[i], answers[20 + i]);
}

// Against what hnsw_index.h says of it, of a code that is padded to 64 values, and M 16.
TEST_F(HnswIndexLinkingTest, FiguresCountTheMemoryOfAllParts) {
  Start(0);
  PutMany(4096);
  checked_->WaitUntilIdle();
  const double bytes_of_one = static_cast<double>(index().figures().bytes) / 4096;
  // Codes, links on the ground and above, and what else there is of a row.
  const double expected = 2 * 64 + 4 * (2 * 16 + 1) + 40;
  EXPECT_GE(bytes_of_one, 0.95 * expected);
  EXPECT_LE(bytes_of_one, 1.1 * expected);
}

TEST_F(HnswIndexLinkingTest, AnIndexCanBeGivenUpWhileItLinks) {
  for (const size_t threads : {1u, 4u}) {
    for (const Slot count : {1u, 2u, 100u, 2000u}) {
      Start(0, threads);
      PutMany(count);
    }
  }
  checked_.reset();
}

// As few links as there can be, so that the graph loses many.
TEST_F(HnswIndexLinkingTest, WhereTheGraphDoesNotLeadToKTheAnswerIsCompleteAllTheSame) {
  checked_.emplace(
      HnswIndex::Options{.dimension = kDimension, .M = 2, .ef_construction = 2, .ef_search = 1, .exact_threshold = 0});
  PutMany(1000);
  for (Slot slot = 0; slot < 1000; slot += 3) checked_->Remove(slot);
  checked_->WaitUntilIdle();
  for (const size_t k : {1u, 3u, 10u, 100u, 400u, 1000u}) {
    for (int round = 0; round < 20; ++round) checked_->Search({.embedding = vectors_.Draw(), .k = k});
  }
}

}  // namespace
}  // namespace lookalike
