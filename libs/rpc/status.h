// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

// The codes of Abseil and gRPC are the same numbers with the same meaning. Messages pass unchanged up to
// kMaxStatusMessageBytes, cut between two UTF-8 characters: gRPC sends them in a trailer, percent-encoded (up to three
// times the length), and a trailer over 8 KiB makes clients drop the whole status.
// A delay after which to try again (libs/batching/retry_delay.h) passes as google.rpc.RetryInfo in the status details.
namespace lookalike {

inline constexpr size_t kMaxStatusMessageBytes = 4096;

grpc::Status ToGrpcStatus(const absl::Status& status);

// A code that gRPC does not define becomes kUnknown.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace lookalike
