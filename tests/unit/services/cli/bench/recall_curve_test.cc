// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/recall_curve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using testing::DoubleEq;
using testing::Optional;

RecallCurve Curve(const std::vector<std::pair<double, double>>& recalls_and_times) {
  RecallCurve curve;
  for (const auto& [recall, microseconds] : recalls_and_times) {
    curve.push_back({.ef = curve.size() + 1, .recall = recall, .microseconds = microseconds});
  }
  return curve;
}

TEST(RecallCurveTest, APointAtTheRecallGivesItsTime) {
  EXPECT_THAT(MicrosecondsAt(Curve({{0.9, 100}, {0.95, 200}, {0.99, 400}}), 0.95), Optional(DoubleEq(200)));
}

TEST(RecallCurveTest, BetweenTwoPointsTheLogarithmOfTheTimeIsLinear) {
  // Half of the way from 100 to 400 in recall is a factor of 2 in time.
  const auto microseconds = MicrosecondsAt(Curve({{0.5, 100}, {1, 400}}), 0.75);
  EXPECT_THAT(microseconds, Optional(DoubleEq(200)));
}

TEST(RecallCurveTest, WhereTheFirstPointIsAboveItsTimeCounts) {
  EXPECT_THAT(MicrosecondsAt(Curve({{0.97, 100}, {0.99, 200}}), 0.95), Optional(DoubleEq(100)));
}

TEST(RecallCurveTest, ARecallThatIsNotReachedHasNoTime) {
  EXPECT_EQ(MicrosecondsAt(Curve({{0.9, 100}, {0.98, 200}}), 0.99), std::nullopt);
  EXPECT_EQ(MicrosecondsAt({}, 0.5), std::nullopt);
}

TEST(RecallCurveTest, TheFirstCrossingCountsWhereACurveDips) {
  EXPECT_THAT(MicrosecondsAt(Curve({{0.5, 100}, {1, 400}, {0.6, 500}, {1, 600}}), 0.75), Optional(DoubleEq(200)));
}

TEST(RecallCurveTest, SpeedupComparesAtEqualRecall) {
  const RecallCurve baseline = Curve({{0.95, 300}, {0.99, 800}}), ours = Curve({{0.95, 100}, {0.99, 200}});
  EXPECT_THAT(SpeedupAt(baseline, ours, 0.95), Optional(DoubleEq(3)));
  EXPECT_THAT(SpeedupAt(baseline, ours, 0.99), Optional(DoubleEq(4)));
  EXPECT_EQ(SpeedupAt(baseline, Curve({{0.97, 100}}), 0.99), std::nullopt);
}

}  // namespace
}  // namespace lookalike
