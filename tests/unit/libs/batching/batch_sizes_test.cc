// SPDX-License-Identifier: Apache-2.0
#include "libs/batching/batch_sizes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::pair<size_t, size_t> TasksAndSize(const BatchSizes& sizes, size_t waiting) {
  const BatchSizes::Choice choice = sizes.For(waiting);
  return {choice.tasks, choice.size};
}

TEST(BatchSizesTest, PowersOfTwoEndWithTheLargestAllowed) {
  EXPECT_THAT(BatchSizes::PowersOfTwo(1), ElementsAre(1));
  EXPECT_THAT(BatchSizes::PowersOfTwo(64), ElementsAre(1, 2, 4, 8, 16, 32, 64));
  EXPECT_THAT(BatchSizes::PowersOfTwo(6), ElementsAre(1, 2, 4, 6));
}

TEST(BatchSizesTest, TakeAllThatWaitsWhereAPassTakesAsLongWhateverItsSize) {
  const BatchSizes sizes(std::vector<size_t>{8, 1, 4, 2});
  EXPECT_THAT(TasksAndSize(sizes, 1), Pair(1, 1));
  EXPECT_THAT(TasksAndSize(sizes, 3), Pair(3, 4));
  EXPECT_THAT(TasksAndSize(sizes, 8), Pair(8, 8));
  EXPECT_THAT(TasksAndSize(sizes, 100), Pair(8, 8));
}

TEST(BatchSizesTest, TakeOneByOneWhereALargerPassIsNoFaster) {
  const absl::Duration one = absl::Milliseconds(10);
  const BatchSizes cpu({{1, one}, {2, 2 * one}, {4, 3.9 * one}});
  EXPECT_THAT(TasksAndSize(cpu, 1), Pair(1, 1));
  EXPECT_THAT(TasksAndSize(cpu, 50), Pair(1, 1));
}

TEST(BatchSizesTest, PadWhereALargerPassCostsLittle) {
  const BatchSizes gpu({{4, absl::Milliseconds(10)}, {8, absl::Milliseconds(11)}});
  EXPECT_THAT(TasksAndSize(gpu, 5), Pair(5, 8));
}

TEST(BatchSizesTest, SplitWhereALargerPassCostsMuch) {
  const BatchSizes gpu({{4, absl::Milliseconds(10)}, {8, absl::Milliseconds(18)}});
  EXPECT_THAT(TasksAndSize(gpu, 5), Pair(4, 4));
  EXPECT_THAT(TasksAndSize(gpu, 8), Pair(8, 8));
}

TEST(BatchSizesTest, PadWhereTheSmallestIsLarger) {
  EXPECT_THAT(TasksAndSize(BatchSizes(std::vector<size_t>{4}), 1), Pair(1, 4));
}

TEST(BatchSizesTest, KnowWhatEachTakes) {
  const BatchSizes sizes({{8, absl::Milliseconds(18)}, {4, absl::Milliseconds(10)}});
  EXPECT_EQ(sizes.TimeOf(4), absl::Milliseconds(10));
  EXPECT_EQ(sizes.TimeOf(8), absl::Milliseconds(18));
  EXPECT_EQ(sizes.largest(), 8);
}

}  // namespace
}  // namespace lookalike
