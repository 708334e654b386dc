// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/status.h"

#include <gtest/gtest.h>

namespace lookalike {
namespace {

TEST(StatusTest, EveryCodeAndItsMessageSurviveTheWayThereAndBack) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "item \"a\": why");
    EXPECT_EQ(ToGrpcStatus(status).error_code(), code);
    EXPECT_EQ(FromGrpcStatus(ToGrpcStatus(status)), status);
  }
}

TEST(StatusTest, CodesHaveTheSameNamesOnBothSides) {
  EXPECT_EQ(ToGrpcStatus(absl::ResourceExhaustedError("")).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(FromGrpcStatus(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "")).code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST(StatusTest, OkIsOkAndHasNoMessage) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_EQ(FromGrpcStatus(grpc::Status::OK), absl::OkStatus());
}

TEST(StatusTest, ACodeThatGrpcDoesNotDefineBecomesUnknown) {
  for (const int code : {-1, 17, 1000}) {
    const absl::Status status = FromGrpcStatus(grpc::Status(static_cast<grpc::StatusCode>(code), "why"));
    EXPECT_EQ(status, absl::UnknownError("why"));
  }
}

TEST(StatusTest, CutsLongMessagesBetweenCharacters) {
  std::string message(kMaxStatusMessageBytes - 1, 'x');
  EXPECT_EQ(ToGrpcStatus(absl::InternalError(message + "y")).error_message(), message + "y");
  EXPECT_EQ(ToGrpcStatus(absl::InternalError(message + "ü")).error_message(), message);
  EXPECT_EQ(FromGrpcStatus(grpc::Status(grpc::StatusCode::INTERNAL, message + "ü")).message(), message);
}

}  // namespace
}  // namespace lookalike
