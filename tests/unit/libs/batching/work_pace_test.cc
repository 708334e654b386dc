// SPDX-License-Identifier: Apache-2.0
#include "libs/batching/work_pace.h"

#include <gtest/gtest.h>

namespace lookalike {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(10);

TEST(WorkPaceTest, PromisesNothingBeforeTheFirstPass) {
  const WorkPace pace(BatchSizes(std::vector<size_t>{1}), 1);
  EXPECT_EQ(pace.TimeFor(100), absl::ZeroDuration());
}

TEST(WorkPaceTest, FollowsThePassesAndSharesWorkAmongWorkers) {
  WorkPace pace(BatchSizes(std::vector<size_t>{1}), /*workers=*/2);
  pace.OnPass(1, kTick);
  EXPECT_EQ(pace.PassTime(1), kTick);
  EXPECT_EQ(pace.TimeFor(10), 5 * kTick);
  EXPECT_EQ(pace.TimeFor(0), absl::ZeroDuration());
}

TEST(WorkPaceTest, KnowsThatALongQueueIsWorkedOffInLargePasses) {
  WorkPace pace(BatchSizes({{1, kTick}, {8, 2 * kTick}}), 1);
  pace.OnPass(1, kTick);
  EXPECT_EQ(pace.TimeFor(80), 20 * kTick);
}

TEST(WorkPaceTest, CorrectsWhatWasMeasuredByWhatHappens) {
  WorkPace pace(BatchSizes({{1, kTick}, {8, 2 * kTick}}), 1);
  for (int i = 0; i < 100; ++i) pace.OnPass(8, 6 * kTick);
  EXPECT_NEAR(absl::FDivDuration(pace.PassTime(1), kTick), 3, 0.01);
}

TEST(WorkPaceTest, IsNotUpsetByOneSlowPass) {
  WorkPace pace(BatchSizes(std::vector<size_t>{1}), 1);
  pace.OnPass(1, kTick);
  pace.OnPass(1, 11 * kTick);
  EXPECT_NEAR(absl::FDivDuration(pace.PassTime(1), kTick), 2, 0.01);
}

}  // namespace
}  // namespace lookalike
