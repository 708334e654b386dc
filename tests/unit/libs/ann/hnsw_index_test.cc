// SPDX-License-Identifier: Apache-2.0
// The contract of VectorIndex on a few embeddings that one can check by hand.
#include "libs/ann/hnsw_index.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/libs/ann/checked_index.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

class HnswIndexTest : public testing::Test {
 protected:
  void Put(Slot slot, const Embedding& embedding, uint64_t version = 1) {
    const absl::Status status = index_->Put(slot, version, embedding);
    ASSERT_TRUE(status.ok()) << status;
  }

  // Slots 0 to 3 at 0°, 90°, 180° and about 53° of a plane.
  void PutFour() {
    Put(0, {1, 0});
    Put(1, {0, 1});
    Put(2, {-1, 0});
    Put(3, {0.6f, 0.8f});
  }

  std::vector<Neighbor> Search(const Embedding& query, size_t k, const SlotFilter* filter = nullptr) const {
    const auto found = index_->Search({.embedding = query, .k = k, .filter = filter});
    EXPECT_TRUE(found.ok()) << found.status();
    return found.value_or(std::vector<Neighbor>());
  }

  std::vector<Slot> SlotsNear(const Embedding& query, size_t k, const SlotSet& allowed) const {
    const SlotFilter filter = allowed.filter();
    return SlotsOf(Search(query, k, &filter));
  }

  const std::unique_ptr<HnswIndex> index_ = HnswIndex::Create({.dimension = 2}).value();
};

TEST_F(HnswIndexTest, AnEmptyIndexAnswersNothing) {
  EXPECT_THAT(Search({1, 0}, 10), IsEmpty());
  EXPECT_EQ(index_->size(), 0u);
  EXPECT_EQ(index_->dimension(), 2u);
  EXPECT_EQ(index_->figures().live, 0u);
  EXPECT_THAT(index_->AuditGraph(true).unreachable, IsEmpty());
}

TEST_F(HnswIndexTest, AnswersTheMostSimilarFirstWithTheirCosine) {
  PutFour();
  const std::vector<Neighbor> found = Search({1, 0}, 4);
  EXPECT_THAT(SlotsOf(found), ElementsAre(0, 3, 1, 2));
  EXPECT_NEAR(found[0].similarity, 1, 6e-5);
  EXPECT_NEAR(found[1].similarity, 0.6, 6e-5);
  EXPECT_NEAR(found[2].similarity, 0, 6e-5);
  EXPECT_NEAR(found[3].similarity, -1, 6e-5);
}

TEST_F(HnswIndexTest, ReadsAnEmbeddingOfTheVersionThatIsAskedFor) {
  Put(3, {0.6f, 0.8f}, /*version=*/7);
  Embedding read = {5, 5};
  EXPECT_FALSE(index_->Read(3, 6, read)) << "another version";
  EXPECT_FALSE(index_->Read(2, 7, read)) << "an empty slot";
  EXPECT_FALSE(index_->Read(1000, 7, read)) << "a slot that never was";
  EXPECT_THAT(read, ElementsAre(5, 5));
  ASSERT_TRUE(index_->Read(3, 7, read));
  EXPECT_NEAR(read[0], 0.6, 1e-4);
  EXPECT_NEAR(read[1], 0.8, 1e-4);
  ASSERT_TRUE(index_->Remove(3).ok());
  EXPECT_FALSE(index_->Read(3, 7, read));
}

TEST_F(HnswIndexTest, AnswersKAtMost) {
  PutFour();
  EXPECT_THAT(SlotsOf(Search({1, 0}, 2)), ElementsAre(0, 3));
  EXPECT_THAT(Search({1, 0}, 0), IsEmpty());
}

TEST_F(HnswIndexTest, AnswersAllWhereKIsLarger) {
  PutFour();
  EXPECT_EQ(Search({1, 0}, 5).size(), 4u);
  EXPECT_EQ(Search({1, 0}, std::numeric_limits<size_t>::max()).size(), 4u);
}

TEST_F(HnswIndexTest, AWiderBeamThanThereAreEmbeddingsIsNoError) {
  PutFour();
  const Embedding query = {0, 1};
  const auto found = index_->Search({.embedding = query, .k = 1, .ef = std::numeric_limits<size_t>::max()});
  EXPECT_THAT(SlotsOf(found.value()), ElementsAre(1));
}

TEST_F(HnswIndexTest, EquallySimilarOnesComeInTheOrderOfTheirSlots) {
  for (const Slot slot : {7u, 3u, 5u, 1u}) Put(slot, {0, 1});
  EXPECT_THAT(SlotsOf(Search({0, 1}, 3)), ElementsAre(1, 3, 5));
}

TEST_F(HnswIndexTest, PutReplacesWhatTheSlotHad) {
  Put(0, {1, 0}, 1);
  Put(0, {0, 1}, 2);
  const std::vector<Neighbor> found = Search({0, 1}, 10);
  ASSERT_THAT(SlotsOf(found), ElementsAre(0));
  EXPECT_EQ(found[0].version, 2u);
  EXPECT_NEAR(found[0].similarity, 1, 6e-5);
  EXPECT_EQ(index_->size(), 1u);
}

TEST_F(HnswIndexTest, AVersionIsTheCallersAndNeedNotGrow) {
  Put(0, {1, 0}, std::numeric_limits<uint64_t>::max());
  Put(0, {0, 1}, 0);
  EXPECT_EQ(Search({0, 1}, 1).at(0).version, 0u);
  EXPECT_EQ(index_->VersionOf(0), 0u);
}

TEST_F(HnswIndexTest, ARemovedEmbeddingIsNotFound) {
  PutFour();
  ASSERT_TRUE(index_->Remove(0).ok());
  EXPECT_THAT(SlotsOf(Search({1, 0}, 10)), ElementsAre(3, 1, 2));
  EXPECT_EQ(index_->size(), 3u);
  EXPECT_EQ(index_->VersionOf(0), std::nullopt);
}

TEST_F(HnswIndexTest, RemovingWhatIsNotThereIsNotFound) {
  Put(1, {1, 0});
  ASSERT_TRUE(index_->Remove(1).ok());
  for (const Slot slot : {0u, 1u, 100'000u}) {
    const absl::Status status = index_->Remove(slot);
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
    EXPECT_THAT(status.message(), HasSubstr(std::to_string(slot)));
  }
  EXPECT_EQ(index_->size(), 0u);
}

TEST_F(HnswIndexTest, AFreedSlotServesAnotherItem) {
  Put(0, {1, 0}, 1);
  ASSERT_TRUE(index_->Remove(0).ok());
  Put(0, {0, 1}, 2);
  const std::vector<Neighbor> found = Search({1, 0}, 10);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].version, 2u);
  EXPECT_NEAR(found[0].similarity, 0, 6e-5);
}

TEST_F(HnswIndexTest, SlotsMayComeInAnyOrderAndWithGaps) {
  for (const Slot slot : {70'000u, 0u, 1'025u}) Put(slot, {0, 1}, slot);
  EXPECT_THAT(SlotsOf(Search({0, 1}, 10)), ElementsAre(0, 1'025, 70'000));
  EXPECT_EQ(index_->VersionOf(70'000), 70'000u);
  EXPECT_EQ(index_->VersionOf(69'999), std::nullopt);
}

TEST_F(HnswIndexTest, VisitsEverySlotThatHasAnEmbedding) {
  PutFour();
  Put(1, {1, 0}, 5);
  ASSERT_TRUE(index_->Remove(2).ok());
  std::vector<std::pair<Slot, uint64_t>> visited;
  index_->ForEachSlot([&](Slot slot, uint64_t version) { visited.emplace_back(slot, version); });
  EXPECT_THAT(visited, UnorderedElementsAre(Pair(0, 1), Pair(1, 5), Pair(3, 1)));
}

TEST_F(HnswIndexTest, FiguresCountEveryChange) {
  PutFour();
  HnswIndex::Figures figures = index_->figures();
  EXPECT_EQ(figures.live, 4u);
  EXPECT_EQ(figures.tombstones, 0u);
  Put(1, {1, 0});
  ASSERT_TRUE(index_->Remove(2).ok());
  figures = index_->figures();
  EXPECT_EQ(figures.live, 3u);
  EXPECT_EQ(figures.tombstones, 2u) << "the replaced one and the removed one";
  EXPECT_EQ(figures.backlog, 5u);
  EXPECT_EQ(figures.mended, 0u);
}

TEST_F(HnswIndexTest, AFilterLetsThroughWhatItHolds) {
  PutFour();
  SlotSet allowed;
  allowed.Insert(1);
  allowed.Insert(2);
  EXPECT_THAT(SlotsNear({1, 0}, 10, allowed), ElementsAre(1, 2));
  EXPECT_THAT(SlotsNear({1, 0}, 1, allowed), ElementsAre(1));
}

TEST_F(HnswIndexTest, AFilterCanLetNothingThrough) {
  PutFour();
  EXPECT_THAT(SlotsNear({1, 0}, 10, SlotSet()), IsEmpty());
}

TEST_F(HnswIndexTest, AFilterCanLetEverythingThrough) {
  PutFour();
  SlotSet allowed;
  for (Slot slot = 0; slot < 4; ++slot) allowed.Insert(slot);
  EXPECT_THAT(SlotsNear({1, 0}, 10, allowed), ElementsAre(0, 3, 1, 2));
}

TEST_F(HnswIndexTest, AFilterMayHoldSlotsThatAreNotThere) {
  PutFour();
  ASSERT_TRUE(index_->Remove(3).ok());
  SlotSet allowed;
  for (const Slot slot : {1u, 3u, 64u, 5'000u, 1'000'000u}) allowed.Insert(slot);
  EXPECT_THAT(SlotsNear({1, 0}, 4, allowed), ElementsAre(1));
}

TEST_F(HnswIndexTest, RefusesAnotherLengthThanItsOwn) {
  for (const Embedding& wrong : {Embedding{}, Embedding{1}, Embedding{1, 0, 0}}) {
    const absl::Status put = index_->Put(0, 1, wrong);
    EXPECT_EQ(put.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(put.message(), HasSubstr("the index wants 2"));
    EXPECT_EQ(index_->Search({.embedding = wrong}).status().code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(index_->size(), 0u);
}

TEST_F(HnswIndexTest, RefusesWhatIsNotNormalised) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  for (const Embedding& wrong : {Embedding{0, 0}, Embedding{3, 4}, Embedding{nan, 1}, Embedding{infinity, 0}}) {
    const absl::Status put = index_->Put(0, 1, wrong);
    EXPECT_EQ(put.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(put.message(), HasSubstr("norm"));
    EXPECT_EQ(index_->Search({.embedding = wrong}).status().code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(index_->size(), 0u);
}

TEST_F(HnswIndexTest, ARefusedPutLeavesWhatTheSlotHad) {
  Put(0, {1, 0}, 1);
  EXPECT_FALSE(index_->Put(0, 2, Embedding{3, 4}).ok());
  EXPECT_EQ(index_->VersionOf(0), 1u);
  EXPECT_NEAR(Search({1, 0}, 1).at(0).similarity, 1, 6e-5);
}

TEST(HnswIndexOptionsTest, RefusesOptionsOutOfTheirRangeByName) {
  const auto refusal = [](const HnswIndex::Options& options) {
    const absl::Status status = HnswIndex::Create(options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_THAT(refusal({}), HasSubstr("dimension is 0, wanted 1 to 65536"));
  EXPECT_THAT(refusal({.dimension = 65'537}), HasSubstr("dimension is 65537"));
  EXPECT_THAT(refusal({.dimension = 2, .M = 1}), HasSubstr("M is 1, wanted 2 to 256"));
  EXPECT_THAT(refusal({.dimension = 2, .M = 257}), HasSubstr("M is 257"));
  EXPECT_THAT(refusal({.dimension = 2, .ef_construction = 0}), HasSubstr("ef_construction is 0"));
  EXPECT_THAT(refusal({.dimension = 2, .ef_search = 0}), HasSubstr("ef_search is 0"));
  EXPECT_THAT(refusal({.dimension = 2, .link_threads = 0}), HasSubstr("link_threads is 0, wanted 1 to 64"));
  EXPECT_THAT(refusal({.dimension = 2, .link_threads = 65}), HasSubstr("link_threads is 65"));
}

TEST(HnswIndexOptionsTest, TakesTheEndsOfTheRanges) {
  EXPECT_TRUE(HnswIndex::Create({.dimension = 65'536, .M = 256, .link_threads = 64}).ok());
  EXPECT_TRUE(HnswIndex::Create({.dimension = 1, .M = 2, .ef_construction = 1, .ef_search = 1}).ok());
}

}  // namespace
}  // namespace lookalike
