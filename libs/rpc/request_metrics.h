// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <grpcpp/support/server_interceptor.h>

#include "libs/telemetry/metrics.h"

namespace lookalike {

// Watches every call of a server, of any service in it:
//   lookalike_grpc_requests_total{method, code}   calls ended, by the status that was sent
//   lookalike_grpc_request_seconds{method}        from the arrival of the headers to the status; for a stream, its life
//   lookalike_grpc_requests_in_flight{method}
// `method` is "lookalike.v1.Encoder/Encode". Calls of methods that the server does not have share the method "unknown",
// whatever a client makes up. `metrics` must outlive the server.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeRequestMetrics(Metrics* metrics);

}  // namespace lookalike
