// SPDX-License-Identifier: Apache-2.0
#include "libs/ranking/rank.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<size_t> RankOf(const std::vector<Candidate>& candidates, const RankingOptions& options = {}) {
  return Rank(candidates, options);
}

TEST(RankTest, TheHighestScoreComesFirst) {
  EXPECT_THAT(RankOf({{"a", 0.5f}, {"b", 0.9f}, {"c", -1}, {"d", 0.7f}}), ElementsAre(1, 3, 0, 2));
}

TEST(RankTest, EqualScoresComeInTheOrderOfTheirIds) {
  EXPECT_THAT(RankOf({{"pear", 0.5f}, {"fig", 0.5f}, {"plum", 0.9f}, {"apple", 0.5f}}), ElementsAre(2, 3, 1, 0));
  EXPECT_THAT(RankOf({{"item-10", 0}, {"item-9", -0.0f}, {"item", 0}}), ElementsAre(2, 0, 1));
}

TEST(RankTest, EqualIdsComeInTheOrderTheyWereGiven) {
  EXPECT_THAT(RankOf({{"a", 1}, {"a", 1}, {"a", 2}}), ElementsAre(2, 0, 1));
}

TEST(RankTest, KeepsAtMostK) {
  const std::vector<Candidate> candidates = {{"a", 0.1f}, {"b", 0.2f}, {"c", 0.3f}};
  EXPECT_THAT(RankOf(candidates, {.k = 2}), ElementsAre(2, 1));
  EXPECT_THAT(RankOf(candidates, {.k = 0}), IsEmpty());
  EXPECT_THAT(RankOf(candidates, {.k = std::numeric_limits<size_t>::max()}), ElementsAre(2, 1, 0));
}

TEST(RankTest, AtTheEdgeOfKTheSmallerIdStays) {
  EXPECT_THAT(RankOf({{"c", 1}, {"b", 1}, {"a", 1}}, {.k = 2}), ElementsAre(2, 1));
}

TEST(RankTest, DropsWhatIsBelowTheMinimumAndKeepsWhatIsAtIt) {
  const std::vector<Candidate> candidates = {{"a", 0.4999f}, {"b", 0.5f}, {"c", 0.5001f}, {"d", -0.5f}};
  EXPECT_THAT(RankOf(candidates, {.min_score = 0.5f}), ElementsAre(2, 1));
  EXPECT_THAT(RankOf(candidates, {.min_score = -1}), ElementsAre(2, 1, 0, 3));
  EXPECT_THAT(RankOf(candidates, {.min_score = 0}), ElementsAre(2, 1, 0));
}

TEST(RankTest, DropsExcludedIdsBeforeItCounts) {
  const std::vector<Candidate> candidates = {{"a", 0.9f}, {"b", 0.8f}, {"c", 0.7f}, {"d", 0.6f}};
  EXPECT_THAT(RankOf(candidates, {.k = 2, .excluded_ids = {"a", "c", "not there"}}), ElementsAre(1, 3));
  EXPECT_THAT(RankOf(candidates, {.excluded_ids = {"a", "b", "c", "d"}}), IsEmpty());
}

TEST(RankTest, AScoreThatIsNoNumberIsNoResult) {
  EXPECT_THAT(RankOf({{"a", kNan}, {"b", 0.1f}, {"c", kNan}, {"d", 0.2f}}), ElementsAre(3, 1));
  EXPECT_THAT(RankOf({{"a", kNan}}), IsEmpty());
}

TEST(RankTest, InfiniteScoresAreInOrder) {
  EXPECT_THAT(RankOf({{"a", 1}, {"b", -kInfinity}, {"c", kInfinity}}), ElementsAre(2, 0, 1));
}

TEST(RankTest, NothingGivesNothing) { EXPECT_THAT(RankOf({}), IsEmpty()); }

}  // namespace
}  // namespace lookalike
