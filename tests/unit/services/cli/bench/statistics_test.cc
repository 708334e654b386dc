// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/statistics.h"

#include <gtest/gtest.h>

#include "services/cli/bench/latencies.h"

namespace lookalike {
namespace {

TEST(StatisticsTest, MedianOfAnOddNumberIsTheOneInTheMiddle) { EXPECT_EQ(Median({9, 1, 5}), 5); }

TEST(StatisticsTest, MedianOfAnEvenNumberIsTheLowerOfTheTwoInTheMiddle) { EXPECT_EQ(Median({4, 1, 3, 2}), 2); }

TEST(StatisticsTest, PercentileIsTheSmallestValueThatEnoughDoNotExceed) {
  std::vector<double> values;
  for (int i = 100; i >= 1; --i) values.push_back(i);
  EXPECT_EQ(Percentile(values, 0.99), 99);
  EXPECT_EQ(Percentile(values, 0.985), 99);
  EXPECT_EQ(Percentile(values, 0.5), 50);
}

TEST(StatisticsTest, PercentilesEndAtTheSmallestAndTheLargest) {
  EXPECT_EQ(Percentile({3, 1, 2}, 0), 1);
  EXPECT_EQ(Percentile({3, 1, 2}, 1), 3);
}

TEST(StatisticsTest, OneValueIsEveryPercentile) {
  EXPECT_EQ(Percentile({7}, 0.01), 7);
  EXPECT_EQ(Percentile({7}, 0.99), 7);
}

TEST(StatisticsTest, NoValuesGiveZero) { EXPECT_EQ(Median({}), 0); }

TEST(StatisticsTest, LatenciesSumUpTheirCalls) {
  const Latencies latencies = Summarize({5, 1, 4, 2, 3});
  EXPECT_EQ(latencies.p50, 3);
  EXPECT_EQ(latencies.p99, 5);
  EXPECT_EQ(latencies.max, 5);
  EXPECT_EQ(latencies.calls, 5u);
}

}  // namespace
}  // namespace lookalike
