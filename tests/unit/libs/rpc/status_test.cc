// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/status.h"

#include <gtest/gtest.h>

#include "libs/batching/retry_delay.h"

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

TEST(StatusTest, ARetryDelaySurvivesTheWayThereAndBack) {
  const absl::Status status = WithRetryDelay(absl::ResourceExhaustedError("full"), absl::Milliseconds(1250));
  EXPECT_EQ(FromGrpcStatus(ToGrpcStatus(status)), status);
  EXPECT_TRUE(ToGrpcStatus(absl::ResourceExhaustedError("too large")).error_details().empty());
}

// The bytes that protoc makes of google.rpc.Status{8, "full", [RetryInfo{1.25 s}]}.
TEST(StatusTest, ARetryDelayIsTheRetryInfoThatOtherClientsKnow) {
  const std::string retry_info = "\x0a\x07\x08\x01\x10\x80\xe5\x9a\x77";
  const std::string type = "type.googleapis.com/google.rpc.RetryInfo";
  const std::string any = "\x0a\x28" + type + "\x12\x09" + retry_info;
  const std::string details = std::string("\x08\x08\x12\x04") + "full" + "\x1a\x35" + any;
  const absl::Status status = WithRetryDelay(absl::ResourceExhaustedError("full"), absl::Milliseconds(1250));
  EXPECT_EQ(ToGrpcStatus(status).error_details(), details);
}

TEST(StatusTest, DetailsThatAreNoneAreIgnored) {
  const grpc::Status status(grpc::StatusCode::RESOURCE_EXHAUSTED, "full", "\xff\xff nonsense");
  EXPECT_EQ(FromGrpcStatus(status), absl::ResourceExhaustedError("full"));
}

}  // namespace
}  // namespace lookalike
