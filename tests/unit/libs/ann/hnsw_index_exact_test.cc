// SPDX-License-Identifier: Apache-2.0
// Searches that scan, against reading every embedding: embeddings of every dimension and shape, doubles, filters.
#include <random>
#include <tuple>

#include <gtest/gtest.h>

#include "tests/unit/libs/ann/checked_index.h"
#include "tests/unit/libs/ann/clustered_vectors.h"

namespace lookalike {
namespace {

class HnswIndexShapesTest : public testing::TestWithParam<std::tuple<size_t, Shape>> {
 protected:
  static size_t dimension() { return std::get<0>(GetParam()); }
  Embedding Draw() { return DrawOfShape(std::get<1>(GetParam()), dimension(), random_); }

  void PutMany(Slot count) {
    for (Slot slot = 0; slot < count; ++slot) checked_.Put(slot, Draw());
  }

  std::mt19937 random_{7};
  CheckedIndex checked_{{.dimension = dimension()}};
};

TEST_P(HnswIndexShapesTest, BelowTheThresholdAnAnswerIsExact) {
  PutMany(1000);
  for (int round = 0; round < 20; ++round) checked_.ExpectExact({.embedding = Draw(), .k = 10});
}

TEST_P(HnswIndexShapesTest, AWholeIndexComesInTheRightOrder) {
  PutMany(300);
  EXPECT_EQ(checked_.ExpectExact({.embedding = Draw(), .k = 1000}).size(), 300u);
}

TEST_P(HnswIndexShapesTest, ASelectiveFilterIsExact) {
  PutMany(1000);
  SlotSet allowed;
  for (Slot slot = 0; slot < 1100; slot += 7) allowed.Insert(slot);
  const SlotFilter filter = allowed.filter();
  for (int round = 0; round < 20; ++round) checked_.ExpectExact({.embedding = Draw(), .k = 10, .filter = &filter});
}

TEST_P(HnswIndexShapesTest, NothingIsMoreSimilarThanItself) {
  PutMany(200);
  for (const auto& [slot, item] : checked_.items()) {
    const std::vector<Neighbor> found = checked_.Search({.embedding = item.embedding, .k = 1});
    EXPECT_NEAR(found.at(0).similarity, 1, 1e-4);
    EXPECT_LE(found.at(0).similarity, 1);
  }
}

INSTANTIATE_TEST_SUITE_P(AllShapes, HnswIndexShapesTest,
                         testing::Combine(testing::Values(1, 3, 64, 100, 512),
                                          testing::Values(Shape::kSigned, Shape::kNonNegative, Shape::kSparse)));

class HnswIndexExactTest : public testing::Test {
 protected:
  static constexpr size_t kDimension = 64;

  ClusteredVectors vectors_{kDimension, 1};
};

TEST_F(HnswIndexExactTest, TheThresholdDecidesBetweenScanAndGraph) {
  HnswIndex::Options poor = {.dimension = kDimension, .M = 2, .ef_construction = 2, .ef_search = 1};
  std::vector<Embedding> queries;
  for (int i = 0; i < 100; ++i) queries.push_back(vectors_.Draw());
  for (const size_t threshold : {1000u, 999u}) {
    poor.exact_threshold = threshold;
    CheckedIndex checked(poor);
    for (Slot slot = 0; slot < 1000; ++slot) checked.Put(slot, vectors_.Draw());
    checked.WaitUntilIdle();
    const double recall = checked.Recall(queries, 1, 1);
    EXPECT_EQ(recall == 1, threshold == 1000) << recall << ": so poor a graph cannot be exact where it was asked";
  }
}

TEST_F(HnswIndexExactTest, TheBacklogIsPartOfEveryAnswer) {
  CheckedIndex checked({.dimension = kDimension, .exact_threshold = 0});
  for (Slot slot = 0; slot < 500; ++slot) {
    const Embedding embedding = vectors_.Draw();
    checked.Put(slot, embedding);
    EXPECT_EQ(checked.Search({.embedding = embedding, .k = 1, .ef = 2}).at(0).slot, slot);
  }
}

TEST_F(HnswIndexExactTest, OneSimilarityIsTheSameNumberFromGraphAndScan) {
  CheckedIndex checked({.dimension = kDimension, .exact_threshold = 0});
  for (Slot slot = 0; slot < 1000; ++slot) checked.Put(slot, vectors_.Draw());
  checked.WaitUntilIdle();
  const Embedding query = vectors_.Draw();
  std::map<Slot, float> scanned;
  for (const Neighbor& found : checked.Search({.embedding = query, .k = 1000})) scanned[found.slot] = found.similarity;
  for (const Neighbor& walked : checked.Search({.embedding = query, .k = 10, .ef = 20})) {
    EXPECT_EQ(walked.similarity, scanned[walked.slot]);
  }
}

// Among equal embeddings the slot decides, which a scan keeps to.
TEST_F(HnswIndexExactTest, Of500EqualEmbeddingsAScanAnswersTheFirstSlots) {
  CheckedIndex checked({.dimension = kDimension});
  const Embedding same = vectors_.Draw();
  for (Slot slot = 0; slot < 1500; ++slot) checked.Put(slot, slot % 3 == 1 ? same : vectors_.Draw());
  const std::vector<Neighbor> found = checked.ExpectExact({.embedding = same, .k = 100});
  for (Slot i = 0; i < 100; ++i) EXPECT_EQ(found.at(i).slot, 3 * i + 1);
}

TEST_F(HnswIndexExactTest, InAGraphOf500EqualEmbeddingsAllAreAnsweredAndTheOthersToo) {
  CheckedIndex checked({.dimension = kDimension, .exact_threshold = 0});
  const Embedding same = vectors_.Draw();
  for (Slot slot = 0; slot < 2500; ++slot) checked.Put(slot, slot < 500 ? same : vectors_.Draw());
  checked.WaitUntilIdle();
  EXPECT_EQ(checked.ExpectExact({.embedding = same, .k = 100}).back().similarity,
            checked.ExpectExact({.embedding = same, .k = 1}).front().similarity);
  EXPECT_EQ(checked.ExpectExact({.embedding = same, .k = 600}).size(), 600u);
  for (const auto& [slot, item] : checked.items()) {
    if (slot < 500) continue;
    ASSERT_EQ(checked.Search({.embedding = item.embedding, .k = 1}).at(0).slot, slot);
  }
  EXPECT_TRUE(checked.index().AuditGraph(false).unreachable.empty());
}

TEST_F(HnswIndexExactTest, AllEmbeddingsMayBeEqual) {
  CheckedIndex checked({.dimension = kDimension, .M = 4, .exact_threshold = 0});
  const Embedding same = vectors_.Draw();
  for (Slot slot = 0; slot < 1000; ++slot) checked.Put(slot, same);
  checked.WaitUntilIdle();
  checked.ExpectExact({.embedding = same, .k = 10, .ef = 10});
  checked.ExpectExact({.embedding = vectors_.Draw(), .k = 1000, .ef = 10});
  EXPECT_TRUE(checked.index().AuditGraph(false).unreachable.empty());
}

}  // namespace
}  // namespace lookalike
