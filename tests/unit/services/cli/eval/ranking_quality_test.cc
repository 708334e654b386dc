// SPDX-License-Identifier: Apache-2.0
// Against values worked out by hand.
#include "services/cli/eval/ranking_quality.h"

#include <gtest/gtest.h>

namespace lookalike {
namespace {

TEST(RankingQualityTest, AllThatIsRelevantAtTheTopIsPerfect) {
  const RankingQuality quality = QualityOf({{true, true, false}, 2}, 2);
  EXPECT_EQ(quality.first, 1);
  EXPECT_EQ(quality.precision, 1);
  EXPECT_EQ(quality.recall, 1);
  EXPECT_EQ(quality.average_precision, 1);
}

TEST(RankingQualityTest, WhatComesLaterCountsLess) {
  // Relevant at ranks 2 and 4, of 3 in all: (1/2 + 2/4) / 3.
  const RankingQuality quality = QualityOf({{false, true, false, true, false}, 3}, 5);
  EXPECT_EQ(quality.first, 0);
  EXPECT_DOUBLE_EQ(quality.precision, 2.0 / 5);
  EXPECT_DOUBLE_EQ(quality.recall, 2.0 / 3);
  EXPECT_DOUBLE_EQ(quality.average_precision, 1.0 / 3);
}

TEST(RankingQualityTest, OnlyTheFirstKCount) {
  const RankingQuality quality = QualityOf({{false, false, true}, 1}, 2);
  EXPECT_EQ(quality.precision, 0);
  EXPECT_EQ(quality.recall, 0);
  EXPECT_EQ(quality.average_precision, 0);
}

TEST(RankingQualityTest, NoMoreThanKCanBeFound) {
  EXPECT_EQ(QualityOf({{true, true}, 100}, 2).average_precision, 1);
  EXPECT_DOUBLE_EQ(QualityOf({{true, true}, 100}, 2).recall, 0.02);
}

TEST(RankingQualityTest, FewerResultsThanKAreAsIfIrrelevantOnesFollowed) {
  EXPECT_DOUBLE_EQ(QualityOf({{true}, 4}, 10).precision, 0.1);
  EXPECT_EQ(QualityOf({{}, 4}, 10).first, 0);
}

TEST(RankingQualityTest, TheMeanLeavesOutQueriesWithNothingToBeFound) {
  const MeanQuality mean = MeanQualityOf({{{true}, 1}, {{false}, 1}, {{false}, 0}}, 1);
  EXPECT_EQ(mean.queries, 2u);
  EXPECT_EQ(mean.without_relevant, 1u);
  EXPECT_EQ(mean.mean.precision, 0.5);
  EXPECT_EQ(mean.mean.average_precision, 0.5);
}

TEST(RankingQualityTest, OfNoQueriesIsNothing) {
  EXPECT_EQ(MeanQualityOf({}, 10).queries, 0u);
  EXPECT_EQ(MeanQualityOf({}, 10).mean.precision, 0);
}

}  // namespace
}  // namespace lookalike
