// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"

// How long the one who gets an error should wait before it tries again, as a part of the status. An error without it is
// not mended by trying again soon. libs/rpc carries it between machines as google.rpc.RetryInfo.
namespace lookalike {

absl::Status WithRetryDelay(absl::Status status, absl::Duration delay);

// None where the status does not say.
std::optional<absl::Duration> RetryDelayOf(const absl::Status& status);

}  // namespace lookalike
