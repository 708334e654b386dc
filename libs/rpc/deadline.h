// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/server_context.h>

#include "absl/time/time.h"

// How long a caller waits is a point in time in our code and passes on unchanged from hop to hop.
namespace lookalike {

// When the caller stops waiting; absl::InfiniteFuture() where it did not say. Takes a ServerContext of either kind.
absl::Time DeadlineOf(const grpc::ServerContextBase& context);

// Sets the deadline of a call about to be made; absl::InfiniteFuture() is none.
void SetDeadline(grpc::ClientContext& context, absl::Time deadline);

}  // namespace lookalike
