// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "libs/telemetry/metrics.h"

namespace lookalike {

// Names of headers are the same in any case.
struct HeaderLess {
  bool operator()(const std::string& a, const std::string& b) const;
};
using HttpHeaders = std::multimap<std::string, std::string, HeaderLess>;

// One part of a multipart/form-data body.
struct HttpPart {
  std::string name;
  std::string file_name;
  std::string content_type;
  std::string content;
};

struct HttpRequest {
  std::string method;  // "GET"; HEAD comes as "GET", and the server leaves the body of the answer out
  std::string path;    // as it was sent, percent-encoded, without the query
  std::multimap<std::string, std::string> query = {};  // decoded
  HttpHeaders headers = {};
  std::string body = {};             // of anything but multipart/form-data
  std::vector<HttpPart> parts = {};  // of multipart/form-data, in their order where they share a name
  // Whether the body could be taken; if not, `body` and `parts` are empty.
  enum class Body { kWhole, kTooLarge, kMalformed };
  Body body_state = Body::kWhole;

  // The value of a header; empty where it was not sent.
  std::string Header(const std::string& name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = "";
  HttpHeaders headers = {};  // beside Content-Type and Content-Length
};

// Answers a request. Runs on the server's threads, several at a time.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

// The HTTP side of a program, running from Create() to its destruction. It starts before anything slow, such as loading
// a model, so that whoever started the program can see it come up:
//   GET /healthz   200 as long as the process can answer
//   GET /readyz    200, or 503 and the reason
//   GET /metrics   Prometheus' text format
// Everything else is for the handler that it is given, which is told where a body is too large: the server itself reads
// no further than that. Without a handler, 404.
class HttpServer {
 public:
  struct Options {
    // Port 0 takes a free one: see port().
    std::string address = "127.0.0.1:7780";
    // Allows an address that other machines can reach, although there is neither TLS nor keys.
    bool insecure_ok = false;
    // Requests answered at one time; others wait. A connection that is kept open holds a thread while it is idle, and a
    // browser opens six.
    int threads = 64;
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
                                                            HttpHandler handler = nullptr);
  ~HttpServer();  // answers what has begun

  // The port listened on.
  int port() const;

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lookalike
