// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/http_server.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

using testing::HasSubstr;

class HttpServerTest : public testing::Test {
 protected:
  void Start(HttpHandler handler = nullptr) {
    HttpServer::Options options;
    options.address = "127.0.0.1:0";
    options.max_body_bytes = 1000;
    server_ = HttpServer::Create(
                  options, &metrics_, [this] { return ready_; }, std::move(handler))
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

  httplib::Client Client() { return httplib::Client("127.0.0.1", server_->port()); }

  // What comes back for these bytes until the server closes the connection.
  std::string Raw(const std::string& bytes) {
    const int connection = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(server_->port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(send(connection, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    std::string answer;
    char piece[1000];
    for (ssize_t got = 0; (got = recv(connection, piece, sizeof(piece), 0)) > 0;) answer.append(piece, got);
    close(connection);
    return answer;
  }

  static HttpResponse TellBodyState(const HttpRequest& request) {
    switch (request.body_state) {
      case HttpRequest::Body::kWhole:
        return {.body = absl::StrCat("whole ", request.body.size())};
      case HttpRequest::Body::kTooLarge:
        EXPECT_EQ(request.body, "");
        return {.body = "too large"};
      default:
        return {.body = "malformed"};
    }
  }

  Metrics metrics_;
  absl::Status ready_;
  std::unique_ptr<HttpServer> server_;
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

TEST_F(HttpServerTest, GivesEverythingElseToItsHandler) {
  Start([](const HttpRequest& request) {
    return HttpResponse{.status = 201,
                        .content_type = "application/json",
                        .body = request.method + " " + request.path + " " + request.body,
                        .headers = {{"X-Answer", request.Header("x-question")}}};
  });
  const auto response =
      Client().Post("/v1/a%2Fb?k=1", httplib::Headers{{"X-Question", "why"}}, "{}", "application/json");
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->body, "POST /v1/a%2Fb {}") << "the path is as it was sent";
  EXPECT_EQ(response->get_header_value("Content-Type"), "application/json");
  EXPECT_EQ(response->get_header_value("X-Answer"), "why");
  EXPECT_EQ(Get("/healthz")->body, "alive\n");
}

TEST_F(HttpServerTest, TellsItsHandlerTheQueryDecoded) {
  Start([](const HttpRequest& request) { return HttpResponse{.body = request.query.find("filter")->second}; });
  EXPECT_EQ(Get("/v1/items?filter=price%20%3C%2080")->body, "price < 80");
}

TEST_F(HttpServerTest, HandsOverTheHeadOfAnAnswerAlone) {
  Start([](const HttpRequest& request) { return HttpResponse{.body = request.method}; });
  const auto response = Client().Head("/x");
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "");
  EXPECT_EQ(response->get_header_value("Content-Length"), "3");
}

TEST_F(HttpServerTest, TakesEveryMethodWithABodyAndWithout) {
  Start([](const HttpRequest& request) { return HttpResponse{.body = request.method + request.body}; });
  EXPECT_EQ(Client().Put("/x", "1", "text/plain")->body, "PUT1");
  EXPECT_EQ(Client().Patch("/x", "2", "text/plain")->body, "PATCH2");
  EXPECT_EQ(Client().Delete("/x")->body, "DELETE");
  EXPECT_EQ(Client().Options("/x")->body, "OPTIONS");
}

// httplib itself would wait for the end of the connection.
TEST_F(HttpServerTest, ABodyWithoutALengthIsEmpty) {
  Start([](const HttpRequest& request) { return HttpResponse{.body = "[" + request.body + "]"}; });
  EXPECT_THAT(Raw("DELETE /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), HasSubstr("\r\n\r\n[]"));
}

TEST_F(HttpServerTest, TakesAFormApart) {
  Start([](const HttpRequest& request) {
    std::string text;
    for (const HttpPart& part : request.parts) text += part.name + "=" + part.content + ";";
    return HttpResponse{.body = text};
  });
  const httplib::MultipartFormDataItems form = {{"image", std::string("a\0b", 3), "a.jpg", "image/jpeg"},
                                                {"request", "{}", "", "application/json"},
                                                {"image", "second", "b.jpg", "image/jpeg"}};
  EXPECT_EQ(Client().Post("/x", form)->body, std::string("image=a\0b;request={};image=second;", 34));
}

TEST_F(HttpServerTest, TellsItsHandlerOfAFormThatEndsEarly) {
  Start(TellBodyState);
  const httplib::Headers headers = {{"Content-Type", "multipart/form-data; boundary=x"}};
  EXPECT_EQ(Client()
                .Post("/x", headers, "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nhalf",
                      "multipart/form-data; boundary=x")
                ->body,
            "malformed");
}

TEST_F(HttpServerTest, TellsItsHandlerOfABodyThatIsTooLargeAndDropsIt) {
  Start(TellBodyState);
  EXPECT_EQ(Post("/x", std::string(1000, 'x'))->body, "whole 1000");
  EXPECT_EQ(Post("/x", std::string(1001, 'x'))->body, "too large");
  EXPECT_EQ(Post("/x", std::string(100'000, 'x'))->body, "too large");
  EXPECT_EQ(Client().Post("/x", {{"image", std::string(1001, 'x'), "", ""}})->body, "too large");
}

TEST_F(HttpServerTest, ABodyInChunksIsNoWayAroundTheLimit) {
  Start(TellBodyState);
  const auto of = [&](size_t bytes) {
    return Client().Post(
        "/x",
        [=](size_t offset, httplib::DataSink& sink) {
          if (offset == bytes) {
            sink.done();
            return true;
          }
          return sink.write("xxxxxxxxxx", 10);
        },
        "text/plain");
  };
  EXPECT_EQ(of(1000)->body, "whole 1000");
  EXPECT_EQ(of(2000)->body, "too large");
}

TEST_F(HttpServerTest, RefusesAPathThatIsTooLong) {
  Start([](const HttpRequest&) { return HttpResponse{}; });
  EXPECT_EQ(Get("/" + std::string(2047, 'x'))->status, 200);
  EXPECT_EQ(Get("/" + std::string(2048, 'x'))->status, 414);
}

TEST_F(HttpServerTest, SurvivesAHandlerThatThrowsAndKeepsTheReasonToItself) {
  Start([](const HttpRequest&) -> HttpResponse { throw std::runtime_error("secret"); });
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
