// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <grpcpp/channel.h>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/rpc/limits.h"

namespace lookalike {

// How one service is called, at one place or at several.
struct ChannelOptions {
  // Full name, "lookalike.v1.Encoder". Servers that tell health checks that it is not serving get no calls.
  std::string service;
  // Methods of `service`, "Encode", that may safely run twice. A call of theirs that fails with UNAVAILABLE is tried up
  // to four times in all, on another server where there is one, after 50 ms to 1 s, within its deadline. A server that
  // says RESOURCE_EXHAUSTED is overloaded, and trying again would make it worse: that status goes to the caller.
  std::vector<std::string> idempotent_methods = {};
  int max_receive_message_bytes = kDefaultMaxMessageBytes;
  int max_send_message_bytes = kDefaultMaxMessageBytes;
};

// A channel to `target`, which spreads calls evenly over the servers that it stands for, and finds a restarted one
// within about two seconds. Connects in the background: a server may come later. Without TLS. Targets:
//   "host:port" or "dns:///host:port"        all addresses of a name; asked for again whenever a connection ends
//   "10.0.0.1:7700,10.0.0.2:7700"            these; all IPv4, or all IPv6 ("[fd00::1]:7700"). Names cannot be listed
// InvalidArgument, naming the part of `target` that is wrong.
absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(absl::string_view target, const ChannelOptions& options);

}  // namespace lookalike
