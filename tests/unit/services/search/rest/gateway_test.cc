// SPDX-License-Identifier: Apache-2.0
// What HTTP makes of RPCs and back, before a service that remembers what it was asked.
#include "services/search/rest/gateway.h"

#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lookalike/v1/search.grpc.pb.h"

#include "libs/rpc/deadline.h"
#include "libs/rpc/server_runner.h"
#include "services/search/rest/field_path.h"

namespace lookalike {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

class FakeVisualSearch final : public v1::VisualSearch::Service {
 public:
  grpc::Status Search(grpc::ServerContext* context, const v1::SearchRequest* request,
                      v1::SearchResponse* response) override {
    searched = *request;
    time_left = DeadlineOf(*context) - absl::Now();
    response->set_model_id("a model");
    return status;
  }
  grpc::Status Upsert(grpc::ServerContext*, const v1::UpsertRequest* request, v1::UpsertResponse* response) override {
    upserted = *request;
    response->set_sequence(7);
    return status;
  }
  grpc::Status Get(grpc::ServerContext*, const v1::GetRequest* request, v1::GetResponse* response) override {
    if (request->ids(0) == "a/b") response->add_items()->set_id("a/b");
    return status;
  }
  grpc::Status Delete(grpc::ServerContext*, const v1::DeleteRequest* request, v1::DeleteResponse* response) override {
    v1::DeleteOutcome& outcome = *response->add_outcomes();
    if (request->ids(0) == "a/b") return status;
    outcome.mutable_error()->set_code(grpc::StatusCode::NOT_FOUND);
    outcome.mutable_error()->set_message("id: there is none");
    return status;
  }
  grpc::Status List(grpc::ServerContext*, const v1::ListRequest* request, v1::ListResponse*) override {
    listed = *request;
    return status;
  }

  grpc::Status status;
  v1::SearchRequest searched;
  v1::UpsertRequest upserted;
  v1::ListRequest listed;
  absl::Duration time_left;
};

class GatewayTest : public testing::Test {
 protected:
  GatewayTest() {
    GrpcServer::Options options;
    options.address = "127.0.0.1:0";
    options.drain_notice = absl::ZeroDuration();
    grpc::Service* const services[] = {&service_};
    server_ = GrpcServer::Create(options, services, &metrics_).value();
    gateway_.Connect(server_->InProcessChannel());
  }

  HttpResponse Ask(const std::string& method, const std::string& path, const std::string& body = "",
                   HttpHeaders headers = {{"Content-Type", "application/json"}}) {
    return gateway_.Answer({.method = method, .path = path, .headers = std::move(headers), .body = body});
  }
  HttpResponse Search(const std::string& body) { return Ask("POST", "/v1/collections/shoes:search", body); }

  // The error of an answer that must be one.
  static json Error(const HttpResponse& response, int status) {
    EXPECT_EQ(response.status, status) << response.body;
    const json error = json::parse(response.body)["error"];
    EXPECT_EQ(error["status"], status);
    return error;
  }

  Metrics metrics_;
  FakeVisualSearch service_;
  std::unique_ptr<GrpcServer> server_;
  RestGateway gateway_{{.cors_origins = {"https://shop.example"}}};
};

TEST_F(GatewayTest, EveryRouteNamesFieldsThatItsRpcHas) {
  for (const Route& route : Routes()) {
    const google::protobuf::MethodDescriptor& method = route.method();
    for (const std::string& variable : route.path_template().variables()) {
      EXPECT_NE(FindField(*method.input_type(), variable), nullptr) << route.path << " " << variable;
    }
    for (const absl::string_view field : {route.body, route.image_field}) {
      if (field.empty() || field == "*") continue;
      EXPECT_NE(FindField(*method.input_type(), field), nullptr) << route.path << " " << field;
    }
    if (route.answer.empty()) continue;
    EXPECT_NE(FindField(*method.output_type(), route.answer), nullptr) << route.path;
  }
}

TEST_F(GatewayTest, PathAndBodyMakeTheRequest) {
  const HttpResponse response = Search(R"({"k":5,"min_score":0.5,"filter":"price < 80"})");
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(service_.searched.collection(), "shoes");
  EXPECT_EQ(service_.searched.k(), 5u);
  EXPECT_EQ(service_.searched.min_score(), 0.5F);
  EXPECT_EQ(service_.searched.filter(), "price < 80");
  EXPECT_EQ(json::parse(response.body),
            json::parse(R"({"results":[],"modelId":"a model","droppedFilters":[],"nextPageToken":""})"))
      << "fields are written though they are empty";
}

TEST_F(GatewayTest, AnUploadIsAFileAndJson) {
  const HttpRequest request = {.method = "PUT",
                               .path = "/v1/collections/shoes/items/7",
                               .headers = {{"Content-Type", "multipart/form-data; boundary=x"}},
                               .parts = {{"image", "a.jpg", "image/jpeg", "bytes"},
                                         {"item", "", "", R"({"attributes":{"price":80,"tags":["new"]}})"}}};
  const HttpResponse response = gateway_.Answer(request);
  EXPECT_EQ(json::parse(response.body)["sequence"], "7") << "64 bits are a string";
  EXPECT_EQ(service_.upserted.item().id(), "7");
  EXPECT_THAT(service_.upserted.ShortDebugString(), HasSubstr("image: \"bytes\""));
  EXPECT_EQ(service_.upserted.item().attributes().at("price").number_value(), 80);
}

TEST_F(GatewayTest, RefusesPartsThatHaveNoMeaning) {
  const auto refusal = [&](std::vector<HttpPart> parts) {
    const HttpRequest request = {.method = "POST",
                                 .path = "/v1/collections/shoes:search",
                                 .headers = {{"Content-Type", "multipart/form-data; boundary=x"}},
                                 .parts = std::move(parts)};
    return std::string(Error(gateway_.Answer(request), 400)["message"]);
  };
  EXPECT_THAT(refusal({{"picture", "", "", "x"}}), HasSubstr("the part \"picture\" has no meaning"));
  EXPECT_THAT(refusal({{"request", "", "", "{}"}, {"request", "", "", "{}"}}), HasSubstr("stands twice"));
  EXPECT_THAT(refusal({{"request", "", "", "{"}}), HasSubstr("the body is not the JSON"));
}

TEST_F(GatewayTest, RefusesABodyThatIsNotTheRequest) {
  EXPECT_EQ(Error(Search(R"({"kk":1})"), 400)["field"], "kk");
  EXPECT_EQ(Error(Search(R"({"query":{"crop":{"lefft":1}}})"), 400)["field"], "lefft");
  EXPECT_EQ(Error(Search(R"({"k":"many"})"), 400)["field"], "k");
  EXPECT_EQ(Error(Search(R"({"collection":"bags"})"), 400)["field"], "collection");
  for (const char* body : {"", "{", "[]", "null", "\"k\"", "{\"k\":1}}", "\xff"}) {
    EXPECT_EQ(Error(Search(body), 400)["code"], "INVALID_ARGUMENT") << body;
  }
}

TEST_F(GatewayTest, RefusesAnotherKindOfBody) {
  const json error = Error(Ask("POST", "/v1/collections/shoes:search", "{}", {{"Content-Type", "text/plain"}}), 415);
  EXPECT_THAT(std::string(error["message"]), HasSubstr("application/json or multipart/form-data"));
  Error(Ask("POST", "/v1/collections/shoes:search", "{}", {}), 415);
  Error(Ask("POST", "/v1/collections", "{}", {{"Content-Type", "multipart/form-data"}}), 415);
  EXPECT_EQ(Ask("POST", "/v1/collections/a:search", "{}", {{"content-type", "Application/JSON; charset=utf-8"}}).status,
            200);
  Error(Ask("DELETE", "/v1/collections/shoes", "{}"), 400);
}

TEST_F(GatewayTest, TellsOfABodyThatCouldNotBeTaken) {
  HttpRequest request = {.method = "POST", .path = "/v1/collections/shoes:search"};
  request.body_state = HttpRequest::Body::kTooLarge;
  EXPECT_EQ(Error(gateway_.Answer(request), 413)["code"], "RESOURCE_EXHAUSTED");
  request.body_state = HttpRequest::Body::kMalformed;
  EXPECT_EQ(Error(gateway_.Answer(request), 400)["code"], "INVALID_ARGUMENT");
}

TEST_F(GatewayTest, ParametersOfTheQueryAreFields) {
  HttpRequest request = {.method = "GET",
                         .path = "/v1/collections/shoes/items",
                         .query = {{"limit", "3"}, {"minSequence", "9"}, {"cursor", "abc"}}};
  EXPECT_EQ(gateway_.Answer(request).status, 200);
  EXPECT_EQ(service_.listed.limit(), 3u);
  EXPECT_EQ(service_.listed.min_sequence(), 9u);
  EXPECT_EQ(service_.listed.cursor(), "abc");
  for (const auto& [name, value] : {std::pair("limit", "x"), std::pair("collection", "bags"), std::pair("page", "2")}) {
    request.query = {{name, value}};
    EXPECT_EQ(Error(gateway_.Answer(request), 400)["field"], name);
  }
}

TEST_F(GatewayTest, OneItemOfManyIsTheAnswerOrNotFound) {
  const HttpResponse found = Ask("GET", "/v1/collections/shoes/items/a%2Fb");
  EXPECT_EQ(json::parse(found.body)["id"], "a/b");
  EXPECT_THAT(std::string(Error(Ask("GET", "/v1/collections/shoes/items/none"), 404)["message"]),
              HasSubstr("there is no item \"none\""));
  EXPECT_EQ(Ask("DELETE", "/v1/collections/shoes/items/a%2Fb").status, 200);
  EXPECT_EQ(Error(Ask("DELETE", "/v1/collections/shoes/items/none"), 404)["message"], "id: there is none");
}

TEST_F(GatewayTest, StatusesOfTheServicePassOn) {
  service_.status = grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "model: another one");
  const json error = Error(Search("{}"), 400);
  EXPECT_EQ(error["code"], "FAILED_PRECONDITION");
  EXPECT_EQ(error["field"], "model");
  EXPECT_EQ(Error(Ask("GET", "/v1/model"), 501)["code"], "UNIMPLEMENTED") << "which the fake service lacks";
}

TEST_F(GatewayTest, ARequestHasADeadline) {
  Search("{}");
  EXPECT_LT(service_.time_left, absl::Seconds(40));
  EXPECT_GT(service_.time_left, absl::Seconds(20));
  const auto with = [&](const char* seconds) {
    return Ask("POST", "/v1/collections/shoes:search", "{}",
               {{"Content-Type", "application/json"}, {"X-Request-Timeout", seconds}});
  };
  EXPECT_EQ(with("300.5").status, 200);
  EXPECT_GT(service_.time_left, absl::Seconds(200));
  for (const char* bad : {"0", "-1", "601", "nan", "soon", "1s"}) Error(with(bad), 400);
}

TEST_F(GatewayTest, KnowsWhichMethodsAPathHas) {
  const HttpResponse wrong = Ask("PATCH", "/v1/collections");
  Error(wrong, 405);
  EXPECT_EQ(wrong.headers.find("Allow")->second, "OPTIONS, GET, POST");
  const HttpResponse asked = Ask("OPTIONS", "/v1/collections");
  EXPECT_EQ(asked.status, 204);
  EXPECT_EQ(asked.headers.find("Allow")->second, "OPTIONS, GET, POST");
  for (const char* path : {"/v1/", "/v1/nothing", "/v1/collections/", "/v1/collections/a/b", "/nothing"}) {
    Error(Ask("GET", path), 404);
  }
}

TEST_F(GatewayTest, OnlyListedOriginsMayCallFromABrowser) {
  const auto allowed = [&](const std::string& method, const std::string& origin) {
    const HttpResponse response =
        Ask(method, "/v1/collections/shoes:search", "{}", {{"Origin", origin}, {"Content-Type", "application/json"}});
    const auto found = response.headers.find("Access-Control-Allow-Origin");
    return found == response.headers.end() ? "" : found->second;
  };
  EXPECT_EQ(allowed("POST", "https://shop.example"), "https://shop.example");
  EXPECT_EQ(allowed("OPTIONS", "https://shop.example"), "https://shop.example");
  for (const char* other : {"https://evil.example", "http://shop.example", "null", ""}) {
    EXPECT_EQ(allowed("POST", other), "") << other;
  }
}

TEST_F(GatewayTest, IsUnavailableUntilTheServiceIsThere) {
  RestGateway starting({});
  const HttpResponse response = starting.Answer({.method = "GET", .path = "/v1/model"});
  EXPECT_EQ(Error(response, 503)["code"], "UNAVAILABLE");
}

TEST_F(GatewayTest, IsUnavailableAfterTheServiceHasEnded) {
  gateway_.Connect(nullptr);
  server_->Drain();
  EXPECT_EQ(Error(Ask("GET", "/v1/model"), 503)["code"], "UNAVAILABLE");
}

}  // namespace
}  // namespace lookalike
