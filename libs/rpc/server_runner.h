// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include <grpcpp/channel.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server.h>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "libs/rpc/limits.h"
#include "libs/sync/mutex.h"
#include "libs/telemetry/metrics.h"

namespace lookalike {

// A gRPC server that runs from Create() to Drain(), with what each of ours has: health (grpc.health.v1), reflection,
// request metrics, limits, and a graceful end. Thread-safe.
class GrpcServer {
 public:
  struct Options {
    // Port 0 takes a free one: see port().
    std::string address = "127.0.0.1:7700";
    // Allows an address that other machines can reach, although there is neither TLS nor keys.
    bool insecure_ok = false;

    // A larger request is answered RESOURCE_EXHAUSTED before it is read.
    int max_receive_message_bytes = kDefaultMaxMessageBytes;
    int max_send_message_bytes = kDefaultMaxMessageBytes;

    // Calls of blocking handlers at one time, each on a thread of its own; more are answered RESOURCE_EXHAUSTED. Far
    // above what a machine can usefully work on, because most of these threads wait in a queue of ours.
    int max_concurrent_threads = 256;

    // How long Drain() goes on accepting calls after it has told health checks NOT_SERVING, so that clients that watch
    // them, as ours do, turn away first: a call that arrives while gRPC shuts a server down ends as CANCELLED, which no
    // client may take for "try another server". Many times a round trip.
    absl::Duration drain_notice = absl::Milliseconds(300);
    // How long Drain() then lets calls go on before it cancels them. Below the 30 s after which Kubernetes kills.
    absl::Duration drain_timeout = absl::Seconds(20);

    // A connection is closed in good order at this age, its calls getting the grace to finish: a client that balances
    // over a DNS name asks for the addresses again only when a connection ends, so without this, replicas that are
    // added later would never get a call.
    absl::Duration max_connection_age = absl::Minutes(5);
    absl::Duration max_connection_age_grace = absl::Minutes(5);
  };

  // Listens and serves. Every name, and the server as a whole, is NOT_SERVING until SetServing() says otherwise.
  // `services` and `metrics` must outlive the server. InvalidArgument for an address that is malformed, not this
  // machine's, or open to others without `insecure_ok`; AlreadyExists for one in use.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Create(const Options& options,
                                                            std::span<grpc::Service* const> services, Metrics* metrics);
  ~GrpcServer();  // drains

  // The port listened on.
  int port() const { return port_; }

  // Calls this server without a socket; limits and metrics hold as for others. No call may be begun on it once Drain()
  // has: gRPC 1.51 ends the process then. Those that were begun before end like all others.
  std::shared_ptr<grpc::Channel> InProcessChannel();

  // What health checks for `service_name` ("lookalike.v1.Encoder") are told. The empty name, which stands for the whole
  // server, is SERVING when every name set so far is. Our own clients send nothing to a service that is not serving.
  void SetServing(absl::string_view service_name, bool serving);

  // Tells health checks NOT_SERVING, waits for `drain_notice`, accepts nothing new, lets calls finish for
  // `drain_timeout`, cancels those that did not, and returns when all handlers have returned, so a handler must notice
  // when its call is cancelled. A stream that watches health counts as a call; our clients end theirs when told.
  // A second Drain() waits for the first.
  void Drain();

 private:
  GrpcServer(std::unique_ptr<grpc::Server> server, int port, const Options& options);

  const std::unique_ptr<grpc::Server> server_;
  const int port_;
  const int max_message_bytes_;
  const absl::Duration drain_notice_;
  const absl::Duration drain_timeout_;
  std::once_flag drained_;

  Mutex mutex_;
  std::map<std::string, bool> serving_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lookalike
