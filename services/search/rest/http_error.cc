// SPDX-License-Identifier: Apache-2.0
#include "services/search/rest/http_error.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "libs/batching/retry_delay.h"

namespace lookalike {

int HttpStatusOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return 409;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kCancelled:
      return 499;
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kUnavailable:
      return 503;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    default:
      return 500;
  }
}

std::string FieldOf(absl::string_view message) {
  const size_t end = message.find(": ");
  if (end == absl::string_view::npos || end == 0) return "";
  const absl::string_view name = message.substr(0, end);
  const auto of_a_name = [](char c) { return absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '[' || c == ']'; };
  return std::all_of(name.begin(), name.end(), of_a_name) ? std::string(name) : "";
}

HttpResponse ErrorResponse(const absl::Status& status) { return ErrorResponse(status, HttpStatusOf(status.code())); }

HttpResponse ErrorResponse(const absl::Status& status, int http_status) {
  nlohmann::ordered_json error = {{"code", absl::StatusCodeToString(status.code())},
                                  {"status", http_status},
                                  {"message", std::string(status.message())}};
  if (std::string field = FieldOf(status.message()); !field.empty()) error["field"] = std::move(field);
  HttpResponse response = {.status = http_status, .content_type = "application/json", .body = "", .headers = {}};
  response.body = nlohmann::ordered_json{{"error", std::move(error)}}.dump(
      -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  if (const std::optional<absl::Duration> delay = RetryDelayOf(status)) {
    const int64_t seconds = absl::ToInt64Seconds(absl::Ceil(*delay, absl::Seconds(1)));
    response.headers.emplace("Retry-After", absl::StrCat(std::max<int64_t>(1, seconds)));
  }
  return response;
}

}  // namespace lookalike
