// SPDX-License-Identifier: Apache-2.0
#include "services/search/rest/http_error.h"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "libs/batching/retry_delay.h"

namespace lookalike {
namespace {

using nlohmann::json;

TEST(ErrorResponseTest, HasCodeStatusMessageAndField) {
  const HttpResponse response = ErrorResponse(absl::InvalidArgumentError("k: 0 is too few"));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(
      json::parse(response.body),
      json::parse(R"({"error":{"code":"INVALID_ARGUMENT","status":400,"message":"k: 0 is too few","field":"k"}})"));
}

TEST(ErrorResponseTest, LeavesTheFieldOutWhereThereIsNone) {
  const json error = json::parse(ErrorResponse(absl::InternalError("the disk: is full")).body)["error"];
  EXPECT_FALSE(error.contains("field"));
  EXPECT_EQ(error["status"], 500);
}

TEST(ErrorResponseTest, TellsWhenToComeAgainInWholeSeconds) {
  const auto after = [](absl::Duration delay) {
    return ErrorResponse(WithRetryDelay(absl::ResourceExhaustedError("busy"), delay))
        .headers.find("Retry-After")
        ->second;
  };
  EXPECT_EQ(after(absl::Milliseconds(1)), "1");
  EXPECT_EQ(after(absl::Milliseconds(2100)), "3");
  EXPECT_TRUE(ErrorResponse(absl::ResourceExhaustedError("too large")).headers.empty());
}

TEST(ErrorResponseTest, SurvivesAMessageThatIsNotUtf8) {
  EXPECT_FALSE(json::parse(ErrorResponse(absl::InvalidArgumentError("\xff\xfe")).body)["error"]["message"].empty());
}

TEST(FieldOfTest, IsANameBeforeAColon) {
  EXPECT_EQ(FieldOf("images[2].crop: is beyond the picture"), "images[2].crop");
  EXPECT_EQ(FieldOf("filter: at byte 8: expected a number"), "filter");
  for (const char* message : {"", ": x", "no field", "crop box: left", "address \"x\": is in use"}) {
    EXPECT_EQ(FieldOf(message), "") << message;
  }
}

TEST(HttpStatusOfTest, EveryErrorIsOne) {
  for (int code = 1; code <= 16; ++code) {
    EXPECT_GE(HttpStatusOf(static_cast<absl::StatusCode>(code)), 400) << code;
  }
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kNotFound), 404);
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kAlreadyExists), 409);
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kResourceExhausted), 429);
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kUnavailable), 503);
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kDeadlineExceeded), 504);
}

}  // namespace
}  // namespace lookalike
