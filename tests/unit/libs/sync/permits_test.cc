// SPDX-License-Identifier: Apache-2.0
#include "libs/sync/permits.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace lookalike {
namespace {

TEST(PermitsTest, NoMoreThanTheirCountAreHeldAtOnce) {
  Permits permits(3);
  std::atomic<int> held = 0, most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 1000; ++turn) {
        const Permits::Permit permit(permits);
        const int now = ++held;
        int before = most;
        while (now > before && !most.compare_exchange_weak(before, now)) {
        }
        --held;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 3);
  EXPECT_GE(most, 1);
}

TEST(PermitsTest, AllOfThemCanBeHeld) {
  Permits permits(2);
  const Permits::Permit first(permits);
  const Permits::Permit second(permits);
}

TEST(PermitsTest, WhoWaitsGoesOnWhenOneIsGivenBack) {
  Permits permits(1);
  auto held = std::make_unique<Permits::Permit>(permits);
  std::atomic<bool> given_back = false, got_it_after = false;
  std::thread waiting([&] {
    const Permits::Permit permit(permits);
    got_it_after = given_back.load();
  });
  given_back = true;
  held.reset();
  waiting.join();
  EXPECT_TRUE(got_it_after);
}

}  // namespace
}  // namespace lookalike
