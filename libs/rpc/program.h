// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <grpcpp/channel.h>
#include <grpcpp/impl/service_type.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/rpc/http_server.h"
#include "libs/rpc/server_runner.h"
#include "libs/telemetry/metrics.h"

namespace lookalike {

// A gRPC service and the name under which health checks ask for it.
struct NamedService {
  std::string name;  // "lookalike.v1.Encoder"
  grpc::Service* service;
};

// The life of a server program: HTTP answers first (alive, not ready), then `load` does what is slow, then gRPC
// listens, then health says SERVING; on SIGTERM or SIGINT health says NOT_SERVING, calls in flight finish, and it ends.
struct Program {
  std::string name;  // "lookalike-encoder", for the log
  GrpcServer::Options grpc;
  HttpServer::Options http;
  Metrics* metrics = nullptr;

  // Loads what the services need and makes them; they must live until RunProgram() returns.
  std::function<absl::StatusOr<std::vector<NamedService>>()> load;

  // Says whether what stands behind the services can be reached; asked again and again until it is OK, and only then
  // are they SERVING. Null: nothing stands behind them.
  std::function<absl::Status()> reach_backends;

  // Answers what HTTP is asked beside health and metrics, from the first moment on, while `load` still runs too. Null:
  // nothing else is there.
  HttpHandler http_handler = nullptr;
  // Given a way to call the services without a socket, with the same limits and metrics, when gRPC listens; and null
  // before it ends: when that returns, no call may be begun on the channel any more. Null: nobody needs it.
  std::function<void(std::shared_ptr<grpc::Channel>)> on_in_process_channel = nullptr;

  // Told the addresses when both ports listen: "127.0.0.1:7700". Null: nobody needs to know.
  std::function<void(const std::string& grpc_address, const std::string& http_address)> on_listening;
};

// Runs the program until a signal ends it. To be called from main() before any thread is started. An error means that
// it could not start, and says why.
absl::Status RunProgram(const Program& program);

}  // namespace lookalike
