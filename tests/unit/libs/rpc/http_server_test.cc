// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/http_server.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

using testing::HasSubstr;

class HttpServerTest : public testing::Test {
 protected:
  void Start(std::vector<HttpRoute> routes = {}) {
    HttpServer::Options options;
    options.address = "127.0.0.1:0";
    options.max_body_bytes = 1000;
    server_ = HttpServer::Create(
                  options, &metrics_, [this] { return ready_; }, std::move(routes))
                  .value();
  }
  httplib::Result Get(const std::string& path) { return Client().Get(path); }
  httplib::Result Post(const std::string& path, const std::string& body) {
    return Client().Post(path, body, "application/json");
  }
  absl::Status RefusalOf(const std::string& address) {
    HttpServer::Options options;
    options.address = address;
    return HttpServer::Create(options, &metrics_, [] { return absl::OkStatus(); }).status();
  }

  Metrics metrics_;
  absl::Status ready_;
  std::unique_ptr<HttpServer> server_;

 private:
  httplib::Client Client() { return httplib::Client("127.0.0.1", server_->port()); }
};

TEST_F(HttpServerTest, IsAliveWhetherReadyOrNot) {
  Start();
  EXPECT_EQ(Get("/healthz")->status, 200);
  ready_ = absl::UnavailableError("the model is being loaded");
  EXPECT_EQ(Get("/healthz")->status, 200);
}

TEST_F(HttpServerTest, TellsWhyItIsNotReady) {
  ready_ = absl::UnavailableError("the model is being loaded");
  Start();
  EXPECT_EQ(Get("/readyz")->status, 503);
  EXPECT_EQ(Get("/readyz")->body, "the model is being loaded\n");
  ready_ = absl::OkStatus();
  EXPECT_EQ(Get("/readyz")->status, 200);
}

TEST_F(HttpServerTest, ShowsMetrics) {
  metrics_.AddCounter("lookalike_calls_total", "Calls.").Increment();
  Start();
  const auto response = Get("/metrics");
  EXPECT_THAT(response->body, HasSubstr("lookalike_calls_total 1\n"));
  EXPECT_EQ(response->get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
}

TEST_F(HttpServerTest, DoesNotKnowOtherPaths) {
  Start();
  for (const char* path : {"/", "/metrics/", "/metricsx", "/../healthz"}) EXPECT_EQ(Get(path)->status, 404) << path;
  EXPECT_EQ(Get("/nothing")->body, "no such path: /nothing\n");
}

TEST_F(HttpServerTest, ServesTheRoutesThatItIsGivenAndTakesTheirPathsLiterally) {
  Start({{HttpRoute::Method::kPost, "/v1/search.json", [](const HttpRequest& request) {
            return HttpResponse{.status = 201, .content_type = "application/json", .body = request.body + request.path};
          }}});
  const auto response = Post("/v1/search.json", "{}");
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->body, "{}/v1/search.json");
  EXPECT_EQ(response->get_header_value("Content-Type"), "application/json");
  EXPECT_EQ(Post("/v1/searchXjson", "{}")->status, 404);
  EXPECT_EQ(Get("/v1/search.json")->status, 404);
}

TEST_F(HttpServerTest, RefusesABodyThatIsTooLarge) {
  Start({{HttpRoute::Method::kPost, "/v1/search", [](const HttpRequest&) { return HttpResponse{}; }}});
  EXPECT_EQ(Post("/v1/search", std::string(1000, 'x'))->status, 200);
  EXPECT_EQ(Post("/v1/search", std::string(1001, 'x'))->status, 413);
}

TEST_F(HttpServerTest, SurvivesAHandlerThatThrowsAndKeepsTheReasonToItself) {
  Start({{HttpRoute::Method::kGet, "/v1/search",
          [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("secret"); }}});
  const auto response = Get("/v1/search");
  EXPECT_EQ(response->status, 500);
  EXPECT_EQ(response->body, "500\n");
  EXPECT_FALSE(response->has_header("EXCEPTION_WHAT"));
  EXPECT_EQ(Get("/healthz")->status, 200);
}

TEST_F(HttpServerTest, RefusesToListenWhereItCannotOrMustNot) {
  Start();
  const std::string taken = absl::StrCat("127.0.0.1:", server_->port());
  EXPECT_EQ(RefusalOf(taken),
            absl::AlreadyExistsError(absl::StrCat("address ", taken, " is in use by another program")));
  EXPECT_THAT(std::string(RefusalOf("0.0.0.0:0").message()), HasSubstr("can be reached from other machines"));
  EXPECT_THAT(std::string(RefusalOf("nonsense").message()), HasSubstr("has no port"));
}

TEST_F(HttpServerTest, FreesItsPortWhenItEnds) {
  Start();
  HttpServer::Options options;
  options.address = absl::StrCat("127.0.0.1:", server_->port());
  server_.reset();
  EXPECT_TRUE(HttpServer::Create(options, &metrics_, [] { return absl::OkStatus(); }).ok());
}

}  // namespace
}  // namespace lookalike
