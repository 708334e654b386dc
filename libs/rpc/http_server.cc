// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/http_server.h"

#include <exception>
#include <thread>
#include <utility>

#include <httplib.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "libs/rpc/address.h"
#include "libs/telemetry/log.h"

namespace lookalike {

struct HttpServer::State {
  httplib::Server server;
  int port = -1;
  std::thread thread;
};

namespace {

std::vector<HttpRoute> StandardRoutes(const Metrics* metrics, std::function<absl::Status()> ready) {
  std::vector<HttpRoute> routes;
  routes.push_back(
      {HttpRoute::Method::kGet, "/healthz", [](const HttpRequest&) { return HttpResponse{.body = "alive\n"}; }});
  routes.push_back({HttpRoute::Method::kGet, "/readyz", [ready = std::move(ready)](const HttpRequest&) {
                      const absl::Status status = ready();
                      if (status.ok()) return HttpResponse{.body = "ready\n"};
                      return HttpResponse{.status = 503, .body = absl::StrCat(status.message(), "\n")};
                    }});
  routes.push_back({HttpRoute::Method::kGet, "/metrics", [metrics](const HttpRequest&) {
                      return HttpResponse{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                                          .body = metrics->Render()};
                    }});
  return routes;
}

// httplib takes paths as regular expressions.
std::string Literally(absl::string_view path) {
  std::string pattern;
  for (const char c : path) {
    if (!absl::ascii_isalnum(c) && c != '/' && c != '-' && c != '_') pattern += '\\';
    pattern += c;
  }
  return pattern;
}

void AddRoute(HttpRoute route, httplib::Server& server) {
  auto handle = [handler = std::move(route.handler)](const httplib::Request& request, httplib::Response& response) {
    const HttpResponse answer = handler({request.path, request.body});
    response.status = answer.status;
    response.set_content(answer.body, answer.content_type);
  };
  switch (route.method) {
    case HttpRoute::Method::kGet:
      server.Get(Literally(route.path), std::move(handle));
      break;
    case HttpRoute::Method::kPost:
      server.Post(Literally(route.path), std::move(handle));
      break;
  }
}

// Without SO_REUSEPORT, which httplib sets by itself: two servers on one port would silently share its connections.
void SetSocketOptions(socket_t socket) {
  const int on = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
}

void Configure(const HttpServer::Options& options, httplib::Server& server) {
  server.set_socket_options(SetSocketOptions);
  server.new_task_queue = [threads = options.threads] { return new httplib::ThreadPool(threads); };
  server.set_payload_max_length(options.max_body_bytes);
  server.set_read_timeout(absl::ToChronoMilliseconds(options.io_timeout));
  server.set_write_timeout(absl::ToChronoMilliseconds(options.io_timeout));
  server.set_keep_alive_timeout(absl::ToInt64Seconds(options.idle_timeout));
  server.set_error_handler([](const httplib::Request& request, httplib::Response& response) {
    if (!response.body.empty()) return;  // a route's own answer, such as the reason of a 503
    const std::string text = response.status == 404 ? absl::StrCat("no such path: ", request.path, "\n")
                                                    : absl::StrCat(response.status, "\n");
    response.set_content(text, "text/plain; charset=utf-8");
  });
  server.set_exception_handler([](const httplib::Request& request, httplib::Response& response, std::exception_ptr) {
    LogError("http handler threw an exception", {{"path", request.path}});
    response.status = 500;
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Create(const Options& options, const Metrics* metrics,
                                                               std::function<absl::Status()> ready,
                                                               std::vector<HttpRoute> routes) {
  const absl::StatusOr<Address> address = ParseAddress(options.address);
  if (!address.ok()) return address.status();
  if (absl::Status refused = RefuseUnlessLoopback(*address, options.insecure_ok); !refused.ok()) return refused;

  auto state = std::make_unique<State>();
  httplib::Server& server = state->server;
  Configure(options, server);
  for (HttpRoute& route : StandardRoutes(metrics, std::move(ready))) AddRoute(std::move(route), server);
  for (HttpRoute& route : routes) AddRoute(std::move(route), server);

  if (address->port == 0) {
    state->port = server.bind_to_any_port(address->host);
  } else if (server.bind_to_port(address->host, address->port)) {
    state->port = address->port;
  }
  if (state->port < 0) return WhyCannotListen(*address);
  state->thread = std::thread([&server] { server.listen_after_bind(); });
  // httplib forgets a stop() that comes before its loop has begun.
  while (!server.is_running()) std::this_thread::yield();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

HttpServer::~HttpServer() {
  state_->server.stop();
  state_->thread.join();
}

int HttpServer::port() const { return state_->port; }

}  // namespace lookalike
