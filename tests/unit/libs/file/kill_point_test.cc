// SPDX-License-Identifier: Apache-2.0
#include "libs/file/kill_point.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>

namespace lookalike {
namespace {

// Each statement runs in a process of its own, which has passed no kill point before.
class KillPointDeathTest : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  static void PassAll() {
    for (const char* name : {"a", "b", "a", "b"}) {
      std::fputs(name, stderr);
      KillPoint(name);
    }
    std::fputs(" end", stderr);
    std::exit(0);
  }
};

TEST_F(KillPointDeathTest, PassesWithoutTheVariable) { EXPECT_EXIT(PassAll(), testing::ExitedWithCode(0), "abab end"); }

TEST_F(KillPointDeathTest, KillsAtTheNamedPointOnly) {
  EXPECT_EXIT(
      {
        setenv("LOOKALIKE_KILL_AT", "b", 1);
        PassAll();
      },
      testing::KilledBySignal(SIGKILL), "^ab$");
}

TEST_F(KillPointDeathTest, KillsAtTheNamedPassage) {
  EXPECT_EXIT(
      {
        setenv("LOOKALIKE_KILL_AT", "b:2", 1);
        PassAll();
      },
      testing::KilledBySignal(SIGKILL), "^abab$");
}

TEST_F(KillPointDeathTest, PassesAPointThatIsNotNamed) {
  EXPECT_EXIT(
      {
        setenv("LOOKALIKE_KILL_AT", "c", 1);
        PassAll();
      },
      testing::ExitedWithCode(0), "abab end");
}

}  // namespace
}  // namespace lookalike
