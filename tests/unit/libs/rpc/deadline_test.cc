// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/deadline.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"

#include "tests/unit/libs/rpc/echo_server.h"

namespace lookalike {
namespace {

class DeadlineTest : public testing::Test {
 protected:
  grpc::Status CallUntil(absl::Time deadline) {
    grpc::ClientContext context;
    SetDeadline(context, deadline);
    test::Text request, reply;
    return stub_->SayOnce(&context, request, &reply);
  }

  absl::Time seen_ = absl::InfinitePast();  // by the server
  EchoServer server_{[this](grpc::ServerContext& context, std::string&) {
    seen_ = DeadlineOf(context);
    return grpc::Status::OK;
  }};
  const std::unique_ptr<test::Echo::Stub> stub_ = test::Echo::NewStub(ConnectToEcho(server_.address()));
};

TEST_F(DeadlineTest, PassesFromClientToServer) {
  const absl::Time deadline = absl::Now() + absl::Hours(1);
  ASSERT_TRUE(CallUntil(deadline).ok());
  // It travels as the time left, rounded up.
  EXPECT_GT(seen_, deadline - absl::Minutes(1));
  EXPECT_LT(seen_, deadline + absl::Minutes(1));
}

TEST_F(DeadlineTest, NoDeadlineIsTheInfiniteFuture) {
  ASSERT_TRUE(CallUntil(absl::InfiniteFuture()).ok());
  EXPECT_EQ(seen_, absl::InfiniteFuture());
}

TEST_F(DeadlineTest, OneThatHasPassedFailsTheCallBeforeTheServerSeesIt) {
  for (const absl::Time passed : {absl::Now() - absl::Seconds(1), absl::UnixEpoch(), absl::InfinitePast()}) {
    EXPECT_EQ(CallUntil(passed).error_code(), grpc::StatusCode::DEADLINE_EXCEEDED) << absl::FormatTime(passed);
  }
  EXPECT_EQ(seen_, absl::InfinitePast());
}

}  // namespace
}  // namespace lookalike
