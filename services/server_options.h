// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

#include "libs/rpc/http_server.h"
#include "libs/rpc/server_runner.h"

namespace lookalike {

// Where a server program listens and how it ends: the flags that all of them have.
struct ServerOptions {
  GrpcServer::Options grpc;
  HttpServer::Options http;
  int drain_timeout_ms = 20'000;
  std::string log_level = "info";
};

// Adds the flags to `app`; the addresses in `options` are the defaults. They are read when the app is parsed.
void AddServerFlags(CLI::App& app, ServerOptions& options);

// Puts what was parsed where it belongs, and sets the log level. InvalidArgument naming the flag.
absl::Status Finish(ServerOptions& options);

}  // namespace lookalike
