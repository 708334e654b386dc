// SPDX-License-Identifier: Apache-2.0
// The contract of VectorIndex on a few embeddings that one can check by hand.
#include "libs/ann/hnsw_index.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/libs/ann/clustered_vectors.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::unique_ptr<HnswIndex> MakeIndex(size_t dimension, size_t initial_capacity = 16) {
  return HnswIndex::Create({.dimension = dimension, .initial_capacity = initial_capacity}).value();
}

class HnswIndexTest : public testing::Test {
 protected:
  void Add(Slot slot, const Embedding& embedding) { ASSERT_TRUE(index_->Add(slot, embedding).ok()); }

  // Slots 0 to 3 at 0°, 90°, 180° and about 53° of a plane.
  void AddFour() {
    Add(0, {1, 0});
    Add(1, {0, 1});
    Add(2, {-1, 0});
    Add(3, {0.6f, 0.8f});
  }

  std::vector<Neighbor> Search(const Embedding& query, size_t k, const SlotFilter& filter = nullptr) {
    const auto found = index_->Search(query, k, filter);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.value_or(std::vector<Neighbor>());
  }

  std::unique_ptr<HnswIndex> index_ = MakeIndex(2);
};

TEST_F(HnswIndexTest, AnEmptyIndexAnswersNothing) {
  EXPECT_THAT(Search({1, 0}, 10), IsEmpty());
  EXPECT_EQ(index_->size(), 0u);
  EXPECT_EQ(index_->tombstones(), 0u);
  EXPECT_EQ(index_->dimension(), 2u);
}

TEST_F(HnswIndexTest, AnswersTheMostSimilarFirstWithTheirCosine) {
  AddFour();
  const std::vector<Neighbor> found = Search({1, 0}, 4);
  EXPECT_THAT(SlotsOf(found), ElementsAre(0, 3, 1, 2));
  EXPECT_EQ(found[0].similarity, 1.0f);
  EXPECT_EQ(found[1].similarity, 0.6f);
  EXPECT_EQ(found[2].similarity, 0.0f);
  EXPECT_EQ(found[3].similarity, -1.0f);
}

TEST_F(HnswIndexTest, AnswersAtMostKAndAtMostWhatThereIs) {
  AddFour();
  EXPECT_THAT(Search({1, 0}, 0), IsEmpty());
  EXPECT_THAT(SlotsOf(Search({1, 0}, 2)), ElementsAre(0, 3));
  EXPECT_THAT(Search({1, 0}, 5), SizeIs(4));
  EXPECT_THAT(Search({1, 0}, std::numeric_limits<size_t>::max()), SizeIs(4));
}

TEST_F(HnswIndexTest, EqualOnesComeInTheOrderOfTheirSlots) {
  for (const Slot slot : {7u, 3u, 9u, 5u, 1u}) Add(slot, {0, 1});
  Add(4, {1, 0});
  EXPECT_THAT(SlotsOf(Search({0, 1}, 3)), ElementsAre(1, 3, 5));
  EXPECT_THAT(SlotsOf(Search({0, 1}, 6)), ElementsAre(1, 3, 5, 7, 9, 4));
}

TEST_F(HnswIndexTest, ASlotIsAnyNumber) {
  Add(std::numeric_limits<Slot>::max(), {1, 0});
  Add(0, {0, 1});
  EXPECT_THAT(SlotsOf(Search({1, 0}, 2)), ElementsAre(std::numeric_limits<Slot>::max(), 0));
}

TEST_F(HnswIndexTest, ASlotIsNeverUsedTwice) {
  Add(0, {1, 0});
  EXPECT_EQ(index_->Add(0, Embedding{0, 1}).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Search({1, 0}, 1)[0].similarity, 1.0f) << "the refused embedding replaced the first";
  ASSERT_TRUE(index_->Remove(0).ok());
  EXPECT_EQ(index_->Add(0, Embedding{0, 1}).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(Search({0, 1}, 1), IsEmpty());
}

TEST_F(HnswIndexTest, WhatIsRemovedIsGone) {
  AddFour();
  ASSERT_TRUE(index_->Remove(0).ok());
  ASSERT_TRUE(index_->Remove(2).ok());
  EXPECT_THAT(SlotsOf(Search({1, 0}, 4)), ElementsAre(3, 1));
  EXPECT_EQ(index_->size(), 2u);
  EXPECT_EQ(index_->tombstones(), 2u);
}

TEST_F(HnswIndexTest, OnlyWhatIsThereCanBeRemoved) {
  AddFour();
  EXPECT_EQ(index_->Remove(4).code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(index_->Remove(1).ok());
  EXPECT_EQ(index_->Remove(1).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(index_->size(), 3u);
}

TEST_F(HnswIndexTest, GoesOnAfterEverythingWasRemoved) {
  AddFour();
  for (const Slot slot : {3u, 0u, 1u, 2u}) ASSERT_TRUE(index_->Remove(slot).ok());
  EXPECT_THAT(Search({1, 0}, 4), IsEmpty());
  Add(10, {0, 1});
  EXPECT_THAT(SlotsOf(Search({1, 0}, 4)), ElementsAre(10));
}

TEST_F(HnswIndexTest, AFilterLetsThroughTheNearestOfItsOwn) {
  AddFour();
  EXPECT_THAT(SlotsOf(Search({1, 0}, 2, [](Slot slot) { return slot % 2 == 1; })), ElementsAre(3, 1));
  EXPECT_THAT(SlotsOf(Search({1, 0}, 3, [](Slot slot) { return slot == 2; })), ElementsAre(2));
  EXPECT_THAT(Search({1, 0}, 3, [](Slot) { return false; }), IsEmpty());
}

TEST_F(HnswIndexTest, AFilterIsNotAskedAboutWhatWasRemoved) {
  AddFour();
  ASSERT_TRUE(index_->Remove(3).ok());
  Search({1, 0}, 4, [](Slot slot) {
    EXPECT_NE(slot, 3u);
    return true;
  });
}

TEST_F(HnswIndexTest, RefusesAnotherNumberOfValues) {
  for (const Embedding& wrong : {Embedding{}, Embedding{1}, Embedding{1, 0, 0}}) {
    const absl::Status added = index_->Add(0, wrong);
    EXPECT_EQ(added.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(added.message(), HasSubstr("the index wants 2"));
    EXPECT_EQ(index_->Search(wrong, 1, nullptr).status().code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(index_->size(), 0u);
}

TEST_F(HnswIndexTest, RefusesWhatIsNotNormalised) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  for (const Embedding& wrong : {Embedding{0, 0}, Embedding{3, 4}, Embedding{nan, 1}, Embedding{infinity, 0}}) {
    const absl::Status added = index_->Add(0, wrong);
    EXPECT_EQ(added.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(added.message(), HasSubstr("norm"));
    EXPECT_EQ(index_->Search(wrong, 1, nullptr).status().code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(index_->size(), 0u);
}

TEST(HnswIndexGrowthTest, GrowsFromASingleElement) {
  const auto index = MakeIndex(8, 1);
  ClusteredVectors vectors(8, 1);
  std::map<Slot, Embedding> added;
  for (Slot slot = 0; slot < 100; ++slot) {
    added[slot] = vectors.Draw();
    ASSERT_TRUE(index->Add(slot, added[slot]).ok());
  }
  const Embedding query = vectors.Draw();
  EXPECT_EQ(SlotsOf(index->Search(query, 100, nullptr).value()), SlotsOf(BruteForce(added, query, 100)));
}

TEST(HnswIndexOptionsTest, RefusesOptionsOutOfTheirRangeByName) {
  const auto refusal = [](const HnswIndex::Options& options) {
    const absl::Status status = HnswIndex::Create(options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_THAT(refusal({}), HasSubstr("dimension is 0, wanted 1 to 65536"));
  EXPECT_THAT(refusal({.dimension = 65'537}), HasSubstr("dimension is 65537"));
  EXPECT_THAT(refusal({.dimension = 2, .M = 1}), HasSubstr("M is 1"));
  EXPECT_THAT(refusal({.dimension = 2, .M = 257}), HasSubstr("M is 257"));
  EXPECT_THAT(refusal({.dimension = 2, .ef_construction = 0}), HasSubstr("ef_construction is 0"));
  EXPECT_THAT(refusal({.dimension = 2, .ef_search = 0}), HasSubstr("ef_search is 0"));
  EXPECT_THAT(refusal({.dimension = 2, .initial_capacity = 0}), HasSubstr("initial_capacity is 0"));
  EXPECT_THAT(refusal({.dimension = 2, .initial_capacity = size_t{1} << 31}),
              HasSubstr("initial_capacity is 2147483648"));
}

}  // namespace
}  // namespace lookalike
