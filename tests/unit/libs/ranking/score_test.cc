// SPDX-License-Identifier: Apache-2.0
// Every summand of a score against numbers computed by hand.
#include "libs/ranking/score.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using testing::SizeIs;

const absl::Time kNow = absl::FromUnixSeconds(1'000'000);

float ScoreOf(const RankingProfile& profile, const Attributes& attributes, float similarity = 0.5f) {
  return Score(profile, similarity, attributes, kNow);
}

// A profile that looks at one signal alone.
RankingProfile Only(Signal signal) {
  RankingProfile profile;
  profile.similarity_weight = 0;
  profile.signals.push_back(std::move(signal));
  return profile;
}

TEST(NormalizedTest, LinearIsTheShareOfTheRange) {
  const LinearScale scale = {.min = 20, .max = 120};
  EXPECT_DOUBLE_EQ(Normalized(scale, 20), 0);
  EXPECT_DOUBLE_EQ(Normalized(scale, 45), 0.25);
  EXPECT_DOUBLE_EQ(Normalized(scale, 120), 1);
  EXPECT_DOUBLE_EQ(Normalized(scale, -5), 0) << "below the range";
  EXPECT_DOUBLE_EQ(Normalized(scale, 1e9), 1) << "above it";
}

TEST(NormalizedTest, LogCountsDifferencesAmongSmallValuesMore) {
  const LogScale scale = {.min = 0, .max = 99};
  EXPECT_DOUBLE_EQ(Normalized(scale, 0), 0);
  EXPECT_NEAR(Normalized(scale, 9), 0.5, 1e-12) << "ln 10 / ln 100";
  EXPECT_DOUBLE_EQ(Normalized(scale, 99), 1);
  EXPECT_DOUBLE_EQ(Normalized(scale, -50), 0);
  EXPECT_DOUBLE_EQ(Normalized(scale, 500), 1);
  EXPECT_NEAR(Normalized(LogScale{.min = 10, .max = 109}, 19), 0.5, 1e-12) << "counted from the minimum";
}

TEST(NormalizedTest, SigmoidIsHalfAtItsMidpoint) {
  const SigmoidScale scale = {.midpoint = 4, .scale = 0.5};
  EXPECT_DOUBLE_EQ(Normalized(scale, 4), 0.5);
  EXPECT_NEAR(Normalized(scale, 4.5), 0.7310585786, 1e-9);
  EXPECT_NEAR(Normalized(scale, 3.5), 0.2689414214, 1e-9);
  EXPECT_NEAR(Normalized(SigmoidScale{.midpoint = 4, .scale = -0.5}, 3.5), 0.7310585786, 1e-9);
  EXPECT_DOUBLE_EQ(Normalized(scale, 1e300), 1);
  EXPECT_DOUBLE_EQ(Normalized(scale, -1e300), 0);
}

TEST(ScoreTest, WithoutAProfileIsTheSimilarity) {
  EXPECT_EQ(ScoreOf({}, {}, 0.123f), 0.123f);
  EXPECT_EQ(ScoreOf({}, {{"price", 3.0}}, -0.7f), -0.7f);
}

TEST(ScoreTest, ASignalAddsItsWeightTimesItsNormalisedValue) {
  RankingProfile profile;
  profile.signals.push_back({.attribute = "margin", .weight = 0.4, .scale = LinearScale{0, 10}});
  EXPECT_FLOAT_EQ(ScoreOf(profile, {{"margin", 2.5}}), 0.5f + 0.4f * 0.25f);
  profile.similarity_weight = 2;
  EXPECT_FLOAT_EQ(ScoreOf(profile, {{"margin", 10.0}}), 1.0f + 0.4f);
  profile.signals[0].weight = -1;
  EXPECT_FLOAT_EQ(ScoreOf(profile, {{"margin", 10.0}}), 0.0f);
}

TEST(ScoreTest, AMissingSignalCountsAsTheProfileSays) {
  const RankingProfile profile = Only({.attribute = "rating", .weight = 2, .scale = LinearScale{1, 5}, .missing = 0.3});
  EXPECT_FLOAT_EQ(ScoreOf(profile, {}), 0.6f);
  EXPECT_FLOAT_EQ(ScoreOf(profile, {{"rating", "five"}}), 0.6f) << "of another type";
  EXPECT_FLOAT_EQ(ScoreOf(profile, {{"rating", 1.0}}), 0.0f) << "there, and the worst";
}

TEST(ScoreTest, ABoostAddsItsWeightWhereItsConditionHolds) {
  RankingProfile profile;
  profile.boosts.push_back({*Filter::Parse("in_stock = true"), 0.25});
  profile.boosts.push_back({*Filter::Parse("brand = \"acme\" and price < 50"), -0.125});
  EXPECT_FLOAT_EQ(ScoreOf(profile, {}), 0.5f);
  EXPECT_FLOAT_EQ(ScoreOf(profile, {{"in_stock", true}}), 0.75f);
  EXPECT_FLOAT_EQ(ScoreOf(profile, {{"in_stock", true}, {"brand", "acme"}, {"price", 20.0}}), 0.625f);
}

TEST(ScoreTest, FreshnessHalvesWithEachHalfLife) {
  RankingProfile profile;
  profile.similarity_weight = 0;
  profile.freshness = Freshness{.attribute = "listed_at", .half_life = 1000, .weight = 4};
  EXPECT_FLOAT_EQ(ScoreOf(profile, {{"listed_at", 1'000'000.0}}), 4);
  EXPECT_FLOAT_EQ(ScoreOf(profile, {{"listed_at", 999'000.0}}), 2);
  EXPECT_FLOAT_EQ(ScoreOf(profile, {{"listed_at", 998'000.0}}), 1);
  EXPECT_FLOAT_EQ(ScoreOf(profile, {{"listed_at", 2'000'000.0}}), 4) << "of the future: as if of now";
  EXPECT_FLOAT_EQ(ScoreOf(profile, {}), 0) << "unknown: not fresh";
}

TEST(ScorePartsTest, AddUpToTheScoreAndSayWhatIsMissing) {
  RankingProfile profile;
  profile.similarity_weight = 0.5;
  profile.signals.push_back({.attribute = "margin", .weight = 0.4, .scale = LinearScale{0, 10}});
  profile.signals.push_back({.attribute = "rating", .weight = 0.2, .scale = LinearScale{1, 5}, .missing = 0.5});
  profile.boosts.push_back({*Filter::Parse("in_stock=true"), 0.1});
  profile.freshness = Freshness{.attribute = "listed_at", .half_life = 1000, .weight = 0.3};
  const Attributes attributes = {{"margin", 5.0}, {"in_stock", true}, {"listed_at", 999'000.0}};
  const std::vector<ScorePart> parts = ScoreParts(profile, 0.8f, attributes, kNow);
  ASSERT_THAT(parts, SizeIs(5));
  const auto expect = [&](size_t i, const std::string& name, double value, double weight, bool missing) {
    EXPECT_EQ(parts[i].name, name);
    EXPECT_NEAR(parts[i].value, value, 1e-7);
    EXPECT_EQ(parts[i].weight, weight);
    EXPECT_EQ(parts[i].missing, missing);
  };
  expect(0, "similarity", 0.8, 0.5, false);
  expect(1, "signal margin", 0.5, 0.4, false);
  expect(2, "signal rating", 0.5, 0.2, true);
  expect(3, "boost in_stock = true", 1, 0.1, false);
  expect(4, "freshness listed_at", 0.5, 0.3, false);
  EXPECT_FLOAT_EQ(Score(profile, 0.8f, attributes, kNow), 0.4f + 0.2f + 0.1f + 0.1f + 0.15f);
}

}  // namespace
}  // namespace lookalike
