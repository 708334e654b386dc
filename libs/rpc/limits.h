// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/time/time.h"

// What the two ends of a connection must agree on.
namespace lookalike {

// 64 MiB: a batch of 32 photos of 2 MiB in one request. gRPC's own 4 MiB do not hold one photo from a good camera.
inline constexpr int kDefaultMaxMessageBytes = 64 << 20;

// A client asks this often whether a silent server is still there: a machine that lost its power closes no connection.
inline constexpr absl::Duration kClientPingInterval = absl::Seconds(30);
// A server does so less often, and gives up on a client at the same age.
inline constexpr absl::Duration kServerPingInterval = absl::Seconds(60);
// Without an answer for so long, the connection counts as lost.
inline constexpr absl::Duration kPingTimeout = absl::Seconds(10);
// A server closes the connection of a client that pings more often ("too_many_pings"), so it must stay well below
// kClientPingInterval.
inline constexpr absl::Duration kMinPingInterval = absl::Seconds(10);

}  // namespace lookalike
