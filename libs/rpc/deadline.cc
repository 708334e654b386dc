// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/deadline.h"

#include <algorithm>
#include <chrono>

namespace lookalike {

absl::Time DeadlineOf(const grpc::ServerContextBase& context) {
  const std::chrono::system_clock::time_point deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return absl::InfiniteFuture();
  return absl::FromChrono(deadline);
}

void SetDeadline(grpc::ClientContext& context, absl::Time deadline) {
  if (deadline == absl::InfiniteFuture()) return;
  // gRPC takes a time before 1970 for "never".
  context.set_deadline(absl::ToChronoTime(std::max(deadline, absl::UnixEpoch())));
}

}  // namespace lookalike
