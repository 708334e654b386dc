// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include <grpcpp/server_context.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "libs/catalog/catalog_store.h"

namespace lookalike {

// How soon a handler that waits notices that its call was cancelled: by its caller, or by a server that ends.
inline constexpr absl::Duration kCancellationCheck = absl::Seconds(1);
// A handler gives up this much before the deadline, so that its answer, which says where the collection stands, arrives
// before the caller's own clock ends the call; a quarter of the time left where that is less.
inline constexpr absl::Duration kAnswerMargin = absl::Milliseconds(100);

// Does the waiting for a request's min_sequence (CatalogStore), so that the calls of `store` after it have nothing left
// to wait for. Errors: CatalogStore's; Cancelled where `cancelled` came to be true. Thread-safe. It holds its thread,
// and no lock; in the split deployment it is a call of the index for each kCancellationCheck.
absl::Status AwaitSequence(CatalogStore& store, absl::string_view collection, uint64_t min_sequence,
                           absl::Time deadline, const std::function<bool()>& cancelled);

// The same for a handler.
absl::Status AwaitSequence(CatalogStore& store, absl::string_view collection, uint64_t min_sequence,
                           const grpc::ServerContext& context);

}  // namespace lookalike
