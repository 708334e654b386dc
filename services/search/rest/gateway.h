// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <grpcpp/channel.h>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/rpc/http_server.h"
#include "services/search/rest/route.h"
#include "services/search/rest/unary_call.h"
#include "services/search/web/web_page.h"

namespace lookalike {

// lookalike.v1.VisualSearch as REST with JSON, and the web page: everything that HTTP is asked beside health and
// metrics. A client of the service, by a channel within the process: what holds for calls of gRPC holds here.
// docs/api.md describes it for those who call. Thread-safe.
class RestGateway {
 public:
  struct Options {
    // Origins whose pages may call from a browser, "https://shop.example"; "*" is all. None: only our own page.
    std::vector<std::string> cors_origins;
    // Of a request without the header X-Request-Timeout, and the longest that the header may say.
    absl::Duration default_timeout = absl::Seconds(30);
    absl::Duration longest_timeout = absl::Minutes(10);
  };

  explicit RestGateway(Options options);

  // Before this, and after it was given null, calls are answered UNAVAILABLE; the page is there all the time.
  void Connect(std::shared_ptr<grpc::Channel> channel) { caller_.Connect(std::move(channel)); }

  HttpResponse Answer(const HttpRequest& request);

 private:
  struct Endpoint {
    const Route* route;
    PathTemplate path;
  };

  HttpResponse AnswerApi(const HttpRequest& request);
  HttpResponse Call(const Route& route, const HttpRequest& request,
                    const std::map<std::string, std::string>& variables);
  void AddCorsHeaders(const HttpRequest& request, HttpResponse& response) const;

  const Options options_;
  std::vector<Endpoint> endpoints_;
  const WebPage page_;
  const std::string openapi_;
  UnaryCaller caller_;
};

}  // namespace lookalike
