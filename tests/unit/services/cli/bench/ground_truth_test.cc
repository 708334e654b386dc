// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/ground_truth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(GroundTruthTest, MostSimilarAreTheLargest) {
  EXPECT_THAT(MostSimilar(std::vector<float>{0.1f, 0.9f, 0.5f, 0.7f}, 2), UnorderedElementsAre(1, 3));
}

TEST(GroundTruthTest, OnlyWhatIsAllowedCounts) {
  const std::vector<float> similarities = {0.1f, 0.9f, 0.5f, 0.7f};
  EXPECT_THAT(MostSimilar(similarities, 2, [](uint32_t i) { return i % 2 == 0; }), UnorderedElementsAre(0, 2));
  EXPECT_THAT(MostSimilar(similarities, 2, [](uint32_t) { return false; }), IsEmpty());
}

TEST(GroundTruthTest, FewerThanWantedAreAll) {
  EXPECT_THAT(MostSimilar(std::vector<float>{0.1f, 0.9f}, 10), UnorderedElementsAre(0, 1));
}

TEST(GroundTruthTest, EveryQueryFindsItsOwnDirection) {
  constexpr size_t kDirections = 40;  // more than are compared at one time
  VectorTable vectors(kDirections);
  for (size_t i = 0; i < kDirections; ++i) {
    std::vector<float> direction(kDirections, 0);
    direction[i] = 1;
    vectors.Append(direction);
  }
  const std::vector<ExactNeighbors> exact = FindExactly(vectors, vectors, 1);
  ASSERT_EQ(exact.size(), kDirections);
  for (uint32_t i = 0; i < kDirections; ++i) EXPECT_THAT(exact[i], UnorderedElementsAre(i));
}

TEST(GroundTruthTest, CountsWhatWasFoundOnce) {
  EXPECT_EQ(CountFound({1, 2, 3}, std::vector<uint32_t>{3, 9, 1, 8}), 2u);
  EXPECT_EQ(CountFound({}, std::vector<uint32_t>{3}), 0u);
}

}  // namespace
}  // namespace lookalike
