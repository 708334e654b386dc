// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/filter_cases.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/cli/bench/ground_truth.h"
#include "services/cli/bench/synthetic_vectors.h"

namespace lookalike {
namespace {

class FilterCasesTest : public testing::Test {
 protected:
  static constexpr size_t kItems = 1000;

  std::vector<uint32_t> Allowed(FilterShape shape, double share) const {
    std::vector<uint32_t> allowed;
    const FilterCases::Conditions conditions = cases_.For(shape, share, base_[0]);
    for (uint32_t i = 0; i < kItems; ++i) {
      if (cases_.Allow(conditions, i)) allowed.push_back(i);
    }
    return allowed;
  }

  // The mean similarity to the query of the items that the filter lets through.
  double Similarity(FilterShape shape) const {
    double sum = 0;
    const std::vector<uint32_t> allowed = Allowed(shape, 0.1);
    ForEachQuery(base_, query_, [&](size_t, std::span<const float> similarities) {
      for (const uint32_t item : allowed) sum += similarities[item];
    });
    return sum / static_cast<double>(allowed.size());
  }

  const VectorTable base_ = SyntheticVectors(32, 1).Draw(kItems);
  const VectorTable query_ = [this] {
    VectorTable query(32);
    query.Append(base_[0]);
    return query;
  }();
  const FilterCases cases_{base_, 1};
};

TEST_F(FilterCasesTest, OneConditionLetsThroughItsShareExactly) {
  for (const FilterShape shape : {FilterShape::kRandom, FilterShape::kNear, FilterShape::kFar}) {
    EXPECT_EQ(Allowed(shape, 0.5).size(), 500u) << FilterShapeName(shape);
    EXPECT_EQ(Allowed(shape, 0.01).size(), 10u) << FilterShapeName(shape);
  }
}

TEST_F(FilterCasesTest, TwoConditionsLetThroughAboutTheirShare) {
  EXPECT_NEAR(static_cast<double>(Allowed(FilterShape::kCombined, 0.25).size()), 250, 50);
}

TEST_F(FilterCasesTest, NearAndFarAreMoreAndLessSimilarThanRandom) {
  EXPECT_GT(Similarity(FilterShape::kNear), Similarity(FilterShape::kRandom) + 0.05);
  EXPECT_LT(Similarity(FilterShape::kFar), Similarity(FilterShape::kRandom) - 0.05);
}

TEST_F(FilterCasesTest, TheFilterLetsThroughWhatTheConditionsDo) {
  for (const FilterShape shape : kFilterShapes) {
    const FilterCases::Conditions conditions = cases_.For(shape, 0.3, base_[0]);
    const Filter filter = cases_.ToFilter(conditions);
    for (uint32_t i = 0; i < kItems; ++i) {
      ASSERT_EQ(filter.Matches(cases_.AttributesOf(i)), cases_.Allow(conditions, i)) << filter.ToString();
    }
  }
}

}  // namespace
}  // namespace lookalike
