// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/status.h"

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "lookalike/v1/error_details.pb.h"

#include "libs/batching/retry_delay.h"

namespace lookalike {
namespace {

absl::string_view Shortened(absl::string_view message) {
  if (message.size() <= kMaxStatusMessageBytes) return message;
  size_t length = kMaxStatusMessageBytes;
  const auto continues_a_character = [&](size_t i) { return (static_cast<unsigned char>(message[i]) & 0xC0) == 0x80; };
  while (length > 0 && continues_a_character(length)) --length;
  return message.substr(0, length);
}

// The name under which clients in any language look for it.
constexpr char kRetryInfoType[] = "type.googleapis.com/google.rpc.RetryInfo";

std::string DetailsWithRetryInfo(const absl::Status& status, absl::Duration retry_delay) {
  v1::RetryInfo retry_info;
  retry_info.mutable_retry_delay()->set_seconds(absl::IDivDuration(retry_delay, absl::Seconds(1), &retry_delay));
  retry_info.mutable_retry_delay()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(retry_delay)));
  v1::ErrorStatus details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(std::string(Shortened(status.message())));
  google::protobuf::Any& detail = *details.add_details();
  detail.set_type_url(kRetryInfoType);
  detail.set_value(retry_info.SerializeAsString());
  return details.SerializeAsString();
}

std::optional<absl::Duration> RetryDelayIn(const std::string& serialized_details) {
  v1::ErrorStatus details;
  if (!details.ParseFromString(serialized_details)) return std::nullopt;
  for (const google::protobuf::Any& detail : details.details()) {
    v1::RetryInfo retry_info;
    if (detail.type_url() != kRetryInfoType || !retry_info.ParseFromString(detail.value())) continue;
    return absl::Seconds(retry_info.retry_delay().seconds()) + absl::Nanoseconds(retry_info.retry_delay().nanos());
  }
  return std::nullopt;
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const auto code = static_cast<grpc::StatusCode>(status.code());
  const std::string message(Shortened(status.message()));
  const std::optional<absl::Duration> retry_delay = RetryDelayOf(status);
  if (!retry_delay.has_value()) return grpc::Status(code, message);
  return grpc::Status(code, message, DetailsWithRetryInfo(status, *retry_delay));
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const bool defined =
      status.error_code() > grpc::StatusCode::OK && status.error_code() <= grpc::StatusCode::UNAUTHENTICATED;
  const auto code = defined ? static_cast<absl::StatusCode>(status.error_code()) : absl::StatusCode::kUnknown;
  const absl::Status plain(code, Shortened(status.error_message()));
  const std::optional<absl::Duration> retry_delay = RetryDelayIn(status.error_details());
  return retry_delay.has_value() ? WithRetryDelay(plain, *retry_delay) : plain;
}

}  // namespace lookalike
