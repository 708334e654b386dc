// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/status.h"

#include "absl/strings/string_view.h"

namespace lookalike {
namespace {

absl::string_view Shortened(absl::string_view message) {
  if (message.size() <= kMaxStatusMessageBytes) return message;
  size_t length = kMaxStatusMessageBytes;
  const auto continues_a_character = [&](size_t i) { return (static_cast<unsigned char>(message[i]) & 0xC0) == 0x80; };
  while (length > 0 && continues_a_character(length)) --length;
  return message.substr(0, length);
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(Shortened(status.message())));
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const bool defined =
      status.error_code() > grpc::StatusCode::OK && status.error_code() <= grpc::StatusCode::UNAUTHENTICATED;
  const auto code = defined ? static_cast<absl::StatusCode>(status.error_code()) : absl::StatusCode::kUnknown;
  return absl::Status(code, Shortened(status.error_message()));
}

}  // namespace lookalike
