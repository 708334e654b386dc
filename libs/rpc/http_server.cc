// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/http_server.h"

#include <algorithm>
#include <exception>
#include <thread>
#include <utility>

#include <httplib.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "libs/rpc/address.h"
#include "libs/telemetry/log.h"

namespace lookalike {

struct HttpServer::State {
  httplib::Server server;
  int port = -1;
  std::thread thread;
};

bool HeaderLess::operator()(const std::string& a, const std::string& b) const {
  const auto before = [](char x, char y) { return absl::ascii_tolower(x) < absl::ascii_tolower(y); };
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), before);
}

std::string HttpRequest::Header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

namespace {

// Longer ones are refused: httplib matches paths with std::regex, which takes up stack for every character.
constexpr size_t kMaxPathBytes = 2048;

// Requests on one connection before it is closed, so that threads pass to connections that wait.
constexpr size_t kRequestsOfAConnection = 1000;

// Of a body that is larger than allowed, so much more is read and dropped, so that the sender reads the answer.
constexpr size_t kDroppedBodies = 4;

bool SetIfStandard(const std::string& path, const Metrics& metrics, const std::function<absl::Status()>& ready,
                   HttpResponse& answer) {
  if (path == "/healthz") {
    answer.body = "alive\n";
  } else if (path == "/readyz") {
    const absl::Status status = ready();
    answer.status = status.ok() ? 200 : 503;
    answer.body = status.ok() ? "ready\n" : absl::StrCat(status.message(), "\n");
  } else if (path == "/metrics") {
    answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
    answer.body = metrics.Render();
  } else {
    return false;
  }
  return true;
}

HttpRequest WithoutBody(const httplib::Request& request) {
  HttpRequest taken;
  taken.method = request.method == "HEAD" ? "GET" : request.method;
  taken.path = request.target.substr(0, request.target.find('?'));
  for (const auto& [name, value] : request.params) taken.query.emplace(name, value);
  for (const auto& [name, value] : request.headers) taken.headers.emplace(name, value);
  return taken;
}

// Reads a body while it is small enough. httplib's own limit holds neither for a body that comes in chunks nor for one
// that is unpacked.
class BodyReader {
 public:
  BodyReader(size_t max_bytes, HttpRequest* request) : max_bytes_(max_bytes), request_(request) {}

  void Read(const httplib::Request& request, const httplib::Response& response, const httplib::ContentReader& read) {
    // Without a length httplib would read until the client hangs up.
    if (!request.has_header("Content-Length") && !request.has_header("Transfer-Encoding")) return;
    const bool whole = request.is_multipart_form_data() ? ReadParts(read) : ReadPlain(read);
    if (response.status == 413 || bytes_ > max_bytes_) request_->body_state = HttpRequest::Body::kTooLarge;
    if (!whole && request_->body_state == HttpRequest::Body::kWhole) {
      request_->body_state = HttpRequest::Body::kMalformed;
    }
    if (request_->body_state == HttpRequest::Body::kWhole) return;
    request_->body.clear();
    request_->parts.clear();
  }

 private:
  bool ReadPlain(const httplib::ContentReader& read) {
    return read([this](const char* data, size_t length) { return Append(request_->body, data, length); });
  }

  bool ReadParts(const httplib::ContentReader& read) {
    return read(
        [this](const httplib::MultipartFormData& part) {
          bytes_ += part.name.size() + part.filename.size() + part.content_type.size() + sizeof(HttpPart);
          if (bytes_ > max_bytes_) return false;
          request_->parts.push_back({part.name, part.filename, part.content_type, ""});
          return true;
        },
        [this](const char* data, size_t length) { return Append(request_->parts.back().content, data, length); });
  }

  bool Append(std::string& text, const char* data, size_t length) {
    bytes_ += length;
    if (bytes_ <= max_bytes_) text.append(data, length);
    return bytes_ / kDroppedBodies <= max_bytes_;
  }

  const size_t max_bytes_;
  HttpRequest* const request_;
  size_t bytes_ = 0;
};

void Send(const HttpResponse& answer, httplib::Response& response) {
  response.status = answer.status;
  for (const auto& [name, value] : answer.headers) response.set_header(name, value);
  if (answer.status == 204 || answer.status == 304) return;
  response.set_content(answer.body, answer.content_type);
}

void AddHandler(const HttpServer::Options& options, const Metrics* metrics, std::function<absl::Status()> ready,
                HttpHandler handler, httplib::Server& server) {
  if (handler == nullptr) handler = [](const HttpRequest&) { return HttpResponse{.status = 404}; };
  const auto without_body = [metrics, ready = std::move(ready), handler](const httplib::Request& request,
                                                                         httplib::Response& response) {
    HttpResponse answer;
    const HttpRequest taken = WithoutBody(request);
    if (taken.method != "GET" || !SetIfStandard(taken.path, *metrics, ready, answer)) answer = handler(taken);
    Send(answer, response);
  };
  const auto with_body = [max_bytes = options.max_body_bytes, handler](const httplib::Request& request,
                                                                       httplib::Response& response,
                                                                       const httplib::ContentReader& reader) {
    HttpRequest taken = WithoutBody(request);
    BodyReader(max_bytes, &taken).Read(request, response, reader);
    Send(handler(taken), response);
  };
  const std::string any = "[\\s\\S]*";
  server.Get(any, without_body);
  server.Options(any, without_body);
  server.Post(any, with_body);
  server.Put(any, with_body);
  server.Patch(any, with_body);
  server.Delete(any, with_body);
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
  server.set_keep_alive_max_count(kRequestsOfAConnection);
  server.set_keep_alive_timeout(absl::ToInt64Seconds(options.idle_timeout));
  server.set_pre_routing_handler([](const httplib::Request& request, httplib::Response& response) {
    if (request.path.size() <= kMaxPathBytes) return httplib::Server::HandlerResponse::Unhandled;
    response.status = 414;
    return httplib::Server::HandlerResponse::Handled;
  });
  server.set_error_handler([](const httplib::Request& request, httplib::Response& response) {
    if (!response.body.empty()) return;  // the handler's own answer, such as the reason of a 503
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
                                                               HttpHandler handler) {
  const absl::StatusOr<Address> address = ParseAddress(options.address);
  if (!address.ok()) return address.status();
  if (absl::Status refused = RefuseUnlessLoopback(*address, options.insecure_ok); !refused.ok()) return refused;

  auto state = std::make_unique<State>();
  httplib::Server& server = state->server;
  Configure(options, server);
  AddHandler(options, metrics, std::move(ready), std::move(handler), server);

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
