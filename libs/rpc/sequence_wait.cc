// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/sequence_wait.h"

#include <algorithm>

#include "absl/time/clock.h"

#include "libs/rpc/deadline.h"

namespace lookalike {
namespace {

absl::Time GiveUpAt(absl::Time deadline) {
  const absl::Time now = absl::Now();
  if (deadline == absl::InfiniteFuture()) return now + kMaxSequenceWait;
  return deadline - std::min(kAnswerMargin, (deadline - now) / 4);
}

}  // namespace

absl::Status AwaitSequence(CatalogStore& store, absl::string_view collection, uint64_t min_sequence,
                           absl::Time deadline, const std::function<bool()>& cancelled) {
  if (min_sequence == 0) return absl::OkStatus();
  const absl::Time give_up = GiveUpAt(deadline);
  while (!cancelled()) {
    const absl::Time check = std::min(give_up, absl::Now() + kCancellationCheck);
    // The cheapest read that waits.
    const ListQuery query = {.limit = 1, .min_sequence = min_sequence};
    const absl::Status status = store.List(collection, query, check).status();
    if (!absl::IsDeadlineExceeded(status) || check == give_up) return status;
  }
  return absl::CancelledError("min_sequence: the caller waits no longer");
}

absl::Status AwaitSequence(CatalogStore& store, absl::string_view collection, uint64_t min_sequence,
                           const grpc::ServerContext& context) {
  return AwaitSequence(store, collection, min_sequence, DeadlineOf(context), [&] { return context.IsCancelled(); });
}

}  // namespace lookalike
