// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/shutdown_signal.h"

#include <cstdlib>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

namespace lookalike {
namespace {

// Each runs in a process of its own, because signals belong to a process.
class ShutdownSignalDeathTest : public testing::Test {
 protected:
  void SetUp() override { testing::FLAGS_gtest_death_test_style = "threadsafe"; }
};

[[noreturn]] void ExitWithFirstOf(int signal_number) {
  ShutdownSignal shutdown;
  std::thread other([] {});  // inherits the blocked signals
  kill(getpid(), signal_number);
  other.join();
  std::exit(shutdown.Wait());
}

void SignalTwice(int signal_number) {
  ShutdownSignal shutdown;
  kill(getpid(), signal_number);
  shutdown.Wait();
  kill(getpid(), signal_number);
  pause();
}

TEST_F(ShutdownSignalDeathTest, WaitReturnsTheSignalAlsoWhenItCameBefore) {
  EXPECT_EXIT(ExitWithFirstOf(SIGTERM), testing::ExitedWithCode(SIGTERM), "");
  EXPECT_EXIT(ExitWithFirstOf(SIGINT), testing::ExitedWithCode(SIGINT), "");
}

TEST_F(ShutdownSignalDeathTest, TheSecondSignalEndsTheProcessAtOnce) {
  EXPECT_EXIT(SignalTwice(SIGTERM), testing::KilledBySignal(SIGTERM), "");
  EXPECT_EXIT(SignalTwice(SIGINT), testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace lookalike
