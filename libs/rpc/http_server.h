// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/telemetry/metrics.h"

namespace lookalike {

struct HttpRequest {
  std::string path;
  std::string body;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// What is answered at one path. Handlers run on the server's threads, several at a time.
struct HttpRoute {
  enum class Method { kGet, kPost };
  Method method = Method::kGet;
  std::string path;  // exactly, such as "/healthz"
  std::function<HttpResponse(const HttpRequest&)> handler;
};

// The HTTP side of a program, running from Create() to its destruction. It starts before anything slow, such as loading
// a model, so that whoever started the program can see it come up:
//   GET /healthz   200 as long as the process can answer
//   GET /readyz    200, or 503 and the reason
//   GET /metrics   Prometheus' text format
// and the routes that it is given. Other paths are answered 404, larger bodies 413.
class HttpServer {
 public:
  struct Options {
    // Port 0 takes a free one: see port().
    std::string address = "127.0.0.1:7780";
    // Allows an address that other machines can reach, although there is neither TLS nor keys.
    bool insecure_ok = false;
    // Requests answered at one time; others wait. A connection that is kept open holds a thread while it is idle.
    int threads = 8;
    size_t max_body_bytes = 64 << 20;  // as for a gRPC message
    // How long a client may take over sending or taking a piece, and how long it may leave a connection idle.
    absl::Duration io_timeout = absl::Seconds(5);
    absl::Duration idle_timeout = absl::Seconds(2);
  };

  // Listens and serves. `ready` gives OK, or the reason why not; `metrics` must outlive the server. InvalidArgument for
  // an address that is malformed, not this machine's, or open to others without `insecure_ok`; AlreadyExists for one
  // in use.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Create(const Options& options, const Metrics* metrics,
                                                            std::function<absl::Status()> ready,
                                                            std::vector<HttpRoute> routes = {});
  ~HttpServer();  // answers what has begun

  // The port listened on.
  int port() const;

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lookalike
