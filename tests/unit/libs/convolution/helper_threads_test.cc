// SPDX-License-Identifier: Apache-2.0
#include "libs/convolution/helper_threads.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using testing::Each;

TEST(HelperThreadsTest, DoesEveryItemOnce) {
  HelperThreads helpers(3);
  for (size_t items = 0; items < 50; ++items) {
    std::vector<int> done(items);  // not atomic: each item belongs to who took it
    helpers.ForEach(items, [&done](size_t item, size_t) { ++done[item]; });
    EXPECT_THAT(done, Each(1));
  }
}

TEST(HelperThreadsTest, WithoutHelpersTheCallerDoesAll) {
  HelperThreads helpers(0);
  size_t sum = 0;
  helpers.ForEach(10, [&sum](size_t item, size_t thread) { sum += item + 100 * thread; });
  EXPECT_EQ(sum, 45);
}

TEST(HelperThreadsTest, HelpersDoHelp) {
  HelperThreads helpers(1);
  // Two items that each wait for the other to begin: one thread alone would never end.
  std::atomic<int> begun = 0;
  helpers.ForEach(2, [&begun](size_t, size_t) {
    ++begun;
    while (begun < 2) std::this_thread::yield();
  });
  EXPECT_EQ(begun, 2);
}

TEST(HelperThreadsTest, NoTwoThreadsHaveTheSameNumber) {
  HelperThreads helpers(3);
  std::vector<int> by_thread(4);  // not atomic: the race checker would tell
  helpers.ForEach(10'000, [&by_thread](size_t, size_t thread) { ++by_thread[thread]; });
  EXPECT_EQ(by_thread[0] + by_thread[1] + by_thread[2] + by_thread[3], 10'000);
}

TEST(HelperThreadsTest, CallersMayChange) {
  HelperThreads helpers(2);
  std::vector<int> done(8);
  for (int i = 0; i < 20; ++i) {
    std::thread([&] { helpers.ForEach(8, [&done](size_t item, size_t) { ++done[item]; }); }).join();
  }
  EXPECT_THAT(done, Each(20));
}

}  // namespace
}  // namespace lookalike
