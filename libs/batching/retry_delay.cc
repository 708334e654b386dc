// SPDX-License-Identifier: Apache-2.0
#include "libs/batching/retry_delay.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"

namespace lookalike {
namespace {

constexpr absl::string_view kPayload = "lookalike/retry-delay";  // a text like "1.5s"

}  // namespace

absl::Status WithRetryDelay(absl::Status status, absl::Duration delay) {
  status.SetPayload(kPayload, absl::Cord(absl::FormatDuration(delay)));
  return status;
}

std::optional<absl::Duration> RetryDelayOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayload);
  absl::Duration delay;
  if (!payload.has_value() || !absl::ParseDuration(std::string(*payload), &delay)) return std::nullopt;
  return delay;
}

}  // namespace lookalike
