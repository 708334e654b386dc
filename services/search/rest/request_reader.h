// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include <google/protobuf/message.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/rpc/http_server.h"
#include "services/search/rest/route.h"

namespace lookalike {

// Why a request is not answered: the error, and its status of HTTP.
struct Refusal {
  absl::Status status;
  int http_status;
};

// Fills `message`, the request of the route's RPC, from a request of HTTP and the variables of its path. Nothing where
// it could.
std::optional<Refusal> ReadRequest(const Route& route, const HttpRequest& http,
                                   const std::map<std::string, std::string>& variables,
                                   google::protobuf::Message& message);

// The header X-Request-Timeout, in seconds: "2.5". `if_absent` without it. InvalidArgument for anything but a number
// above 0 and not above `most`.
absl::StatusOr<absl::Duration> TimeoutOf(const HttpRequest& http, absl::Duration if_absent, absl::Duration most);

}  // namespace lookalike
