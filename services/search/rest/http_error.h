// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/status.h"

#include "libs/rpc/http_server.h"

// Errors of the REST face:
//   {"error":{"code":"INVALID_ARGUMENT","status":400,"message":"k: 0 is not …","field":"k"}}
namespace lookalike {

// The HTTP status that stands for a code of gRPC: the mapping that google/rpc/code.proto documents.
int HttpStatusOf(absl::StatusCode code);

// "k" of "k: 0 is not within 1 to 10000". Empty where the message does not begin with a field's name.
std::string FieldOf(absl::string_view message);

// `http_status`: another than that of the code, where HTTP has a closer one. A delay after which to try again becomes
// the header Retry-After, in whole seconds.
HttpResponse ErrorResponse(const absl::Status& status);
HttpResponse ErrorResponse(const absl::Status& status, int http_status);

}  // namespace lookalike
