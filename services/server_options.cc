// SPDX-License-Identifier: Apache-2.0
#include "services/server_options.h"

#include "libs/telemetry/log.h"

namespace lookalike {

void AddServerFlags(CLI::App& app, ServerOptions& options) {
  app.add_option("--grpc-address", options.grpc.address, "Where gRPC listens, host:port; port 0 takes a free one")
      ->capture_default_str();
  app.add_option("--http-address", options.http.address,
                 "Where /healthz, /readyz and /metrics are served, host:port; port 0 takes a free one")
      ->capture_default_str();
  app.add_flag("--insecure", options.grpc.insecure_ok,
               "Allow addresses that other machines can reach, without TLS and keys");
  app.add_option("--max-message-bytes", options.grpc.max_receive_message_bytes, "Largest message taken or sent")
      ->capture_default_str()
      ->check(CLI::Range(1 << 10, 1 << 30));
  app.add_option("--max-concurrent-calls", options.grpc.max_concurrent_threads,
                 "gRPC calls worked on at one time; more are answered RESOURCE_EXHAUSTED")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
  app.add_option("--drain-timeout-ms", options.drain_timeout_ms,
                 "How long calls may go on after SIGTERM before they are cancelled")
      ->capture_default_str()
      ->check(CLI::Range(0, 3'600'000));
  app.add_option("--log-level", options.log_level, "info, warning or error")->capture_default_str();
}

absl::Status Finish(ServerOptions& options) {
  options.http.insecure_ok = options.grpc.insecure_ok;
  options.http.max_body_bytes = options.grpc.max_receive_message_bytes;
  options.grpc.max_send_message_bytes = options.grpc.max_receive_message_bytes;
  options.grpc.drain_timeout = absl::Milliseconds(options.drain_timeout_ms);
  const absl::StatusOr<LogLevel> level = ParseLogLevel(options.log_level);
  if (level.ok()) SetLogLevel(*level);
  return level.status();
}

}  // namespace lookalike
