// SPDX-License-Identifier: Apache-2.0
#include "libs/batching/retry_delay.h"

#include <gtest/gtest.h>

namespace lookalike {
namespace {

TEST(RetryDelayTest, TravelsWithTheStatus) {
  const absl::Status status = WithRetryDelay(absl::ResourceExhaustedError("full"), absl::Milliseconds(1250));
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(), "full");
  EXPECT_EQ(RetryDelayOf(status), absl::Milliseconds(1250));
}

TEST(RetryDelayTest, IsAbsentWhereNobodyGaveOne) {
  EXPECT_EQ(RetryDelayOf(absl::ResourceExhaustedError("too large")), std::nullopt);
  EXPECT_EQ(RetryDelayOf(absl::OkStatus()), std::nullopt);
}

}  // namespace
}  // namespace lookalike
