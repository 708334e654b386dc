// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/child_process.h"

#include <cstdlib>

#include <gtest/gtest.h>
#include <unistd.h>

namespace lookalike {
namespace {

TEST(ChildProcessTest, AnswersWithWhatTheWorkReturned) {
  const std::string large(1 << 20, 'x');  // more than a pipe holds
  EXPECT_EQ(RunInChild([&] { return large; }).value(), large);
  EXPECT_EQ(RunInChild([] { return std::string(); }).value(), "");
}

TEST(ChildProcessTest, WorksInAnotherProcess) {
  EXPECT_NE(RunInChild([] { return std::to_string(getpid()); }).value(), std::to_string(getpid()));
}

TEST(ChildProcessTest, AnswersWithTheErrorOfTheWork) {
  const auto result = RunInChild([] { return absl::NotFoundError("no such file"); });
  EXPECT_EQ(result.status(), absl::NotFoundError("no such file"));
}

TEST(ChildProcessTest, ADeathIsAnError) {
  const auto result = RunInChild([]() -> absl::StatusOr<std::string> { _exit(3); });
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace lookalike
