// SPDX-License-Identifier: Apache-2.0
// REST over real sockets: the same cases as over gRPC, and what only HTTP can get wrong.
#include <algorithm>
#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include "tests/e2e/client.h"
#include "tests/e2e/demo_catalog.h"
#include "tests/e2e/servers.h"

namespace lookalike {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

constexpr int kMaxMessageBytes = 1 << 20;
constexpr char kJson[] = "application/json";

// A server with two collections: "shop" has pictures, "plane" a few embeddings of two dimensions.
class RestTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    catalog_ = std::make_unique<DemoCatalog>(12);
    data_ = std::make_unique<TemporaryFolder>();
    server_ = Serve(*data_ / "data", StarterModel(),
                    {"--max-message-bytes", std::to_string(kMaxMessageBytes), "--cors-origin", "https://shop.example"});
    const Ended ingest =
        Lookalike({"ingest", "--server", server_->grpc_address(), "--collection", "shop", catalog_->manifest()});
    ASSERT_EQ(ingest.exit_code, 0) << ingest.errors;
    Client client(server_->grpc_address());
    ASSERT_THAT(client.CreateCollection("plane", 2), Succeeded());
    ASSERT_THAT(client.Upsert("plane", ItemOfEmbedding("east", {1, 0})), Succeeded());
    ASSERT_THAT(client.Upsert("plane", ItemOfEmbedding("north", {0, 1})), Succeeded());
  }
  static void TearDownTestSuite() {
    server_.reset();
    data_.reset();
    catalog_.reset();
  }

  static httplib::Client Http() {
    httplib::Client client("http://" + server_->http_address());
    client.set_read_timeout(60, 0);
    return client;
  }
  static json Done(const httplib::Result& result) {
    EXPECT_TRUE(result) << httplib::to_string(result.error());
    EXPECT_EQ(result->status, 200) << result->body;
    return json::parse(result->body);
  }
  static json Refused(const httplib::Result& result, int status) {
    EXPECT_TRUE(result) << httplib::to_string(result.error());
    EXPECT_EQ(result->status, status) << result->body;
    const json error = json::parse(result->body)["error"];
    EXPECT_EQ(error["status"], status);
    return error;
  }
  static httplib::Result Search(const std::string& collection, const json& request) {
    return Http().Post("/v1/collections/" + collection + ":search", request.dump(), kJson);
  }
  static httplib::Result SearchByPicture(const std::string& picture, const json& request) {
    return Http().Post("/v1/collections/shop:search",
                       {{"image", picture, "photo.jpg", "image/jpeg"}, {"request", request.dump(), "", kJson}});
  }
  static json ByItem(const std::string& id, json request) {
    request["query"]["id"] = id;
    return request;
  }
  static std::vector<std::string> Ids(const json& answer) {
    std::vector<std::string> ids;
    for (const json& result : answer["results"]) ids.push_back(result["id"]);
    return ids;
  }

  static inline std::unique_ptr<DemoCatalog> catalog_;
  static inline std::unique_ptr<TemporaryFolder> data_;
  static inline std::unique_ptr<Server> server_;
};

TEST_F(RestTest, FindsAsGrpcDoes) {
  const std::string picture = ReadFile((*catalog_)[5].picture);
  const auto by_grpc = Client(server_->grpc_address()).Search(LikeImage("shop", picture, 5));
  const json by_rest = Done(SearchByPicture(picture, {{"k", 5}}));
  EXPECT_EQ(Ids(by_rest), IdsOf(by_grpc.response));
  EXPECT_EQ(by_rest["modelId"], by_grpc.response.model_id());
  EXPECT_EQ(by_rest["results"][0]["id"], (*catalog_)[5].id);
  EXPECT_EQ(by_rest["results"][0]["attributes"]["category"], (*catalog_)[5].category);
}

TEST_F(RestTest, FindsWhatIsLikeAnItemAndMatchesAFilter) {
  const json found = Done(Search("shop", ByItem((*catalog_)[0].id, {{"k", 12}, {"filter", "price < 100"}})));
  EXPECT_FALSE(found["results"].empty());
  for (const json& result : found["results"]) EXPECT_LT(result["attributes"]["price"], 100);
}

TEST_F(RestTest, AnItemComesAndGoes) {
  const std::string path = "/v1/collections/shop/items/men%2Fboot%20%C3%A9";
  const httplib::MultipartFormDataItems form = {
      {"image", ReadFile((*catalog_)[2].picture), "photo.jpg", "image/jpeg"},
      {"item", R"({"attributes":{"category":"boot","price":49.5,"tags":["new"]}})", "", kJson}};
  EXPECT_GT(std::stoll(Done(Http().Put(path, form))["sequence"].get<std::string>()), 0);
  const json item = Done(Http().Get(path));
  EXPECT_EQ(item["id"], "men/boot é");
  EXPECT_EQ(item["attributes"]["price"], 49.5);
  EXPECT_EQ(Done(Http().Get("/v1/collections/shop"))["items"], "13");
  Done(Http().Delete(path));
  EXPECT_EQ(Refused(Http().Get(path), 404)["code"], "NOT_FOUND");
  EXPECT_EQ(Refused(Http().Delete(path), 404)["code"], "NOT_FOUND");
}

TEST_F(RestTest, AttributesChangeWithoutThePicture) {
  const std::string path = "/v1/collections/shop/items/" + (*catalog_)[1].id;
  const json before = Done(Http().Get(path));
  Done(Http().Patch(path, R"({"attributes":{"season":"winter","pattern":null}})", kJson));
  const json after = Done(Http().Get(path));
  EXPECT_EQ(after["attributes"]["season"], "winter");
  EXPECT_FALSE(after["attributes"].contains("pattern"));
  EXPECT_EQ(after["attributes"]["category"], before["attributes"]["category"]);
  EXPECT_EQ(after["images"], before["images"]);
  Refused(Http().Patch("/v1/collections/shop/items/none", R"({"attributes":{"season":"winter"}})", kJson), 404);
}

TEST_F(RestTest, AnItemHasAThumbnail) {
  const std::string path = "/v1/collections/shop/items/" + (*catalog_)[1].id + "/thumbnail";
  const httplib::Result picture = Http().Get(path + "?image=0");
  EXPECT_EQ(picture->status, 200);
  EXPECT_EQ(picture->get_header_value("Content-Type"), "image/jpeg");
  EXPECT_THAT(picture->body, StartsWith("\xff\xd8\xff"));
  EXPECT_EQ(Http().Get(path, {{"If-None-Match", picture->get_header_value("ETag")}})->status, 304);
  Refused(Http().Get(path + "?image=9"), 404);
}

TEST_F(RestTest, SeveralPicturesAreSeveralImages) {
  const std::string path = "/v1/collections/shop/items/two-views";
  const httplib::MultipartFormDataItems form = {{"image", ReadFile((*catalog_)[3].picture), "front.jpg", "image/jpeg"},
                                                {"image", ReadFile((*catalog_)[4].picture), "side.jpg", "image/jpeg"}};
  Done(Http().Put(path, form));
  EXPECT_EQ(Done(Http().Get(path))["images"].size(), 2u);
  Done(Http().Delete(path));
}

TEST_F(RestTest, SeveralSearchesInOneCallAreAnsweredEachByItself) {
  const json requests = {{"requests", {ByItem("none", {{"k", 1}}), ByItem((*catalog_)[0].id, {{"k", 1}})}}};
  const json answer = Done(Http().Post("/v1/collections/shop:batchSearch", requests.dump(), kJson));
  EXPECT_EQ(answer["results"][0]["error"]["code"], 5);
  EXPECT_EQ(answer["results"][1]["response"]["results"].size(), 1u);
}

TEST_F(RestTest, ARankingProfileComesAndGoes) {
  const std::string path = "/v1/collections/shop/rankingProfiles/cheap";
  Done(Http().Put(path, "{}", kJson));
  const json request = ByItem((*catalog_)[0].id, {{"rankingProfile", "cheap"}});
  Done(Search("shop", request));
  Done(Http().Delete(path));
  Refused(Search("shop", request), 404);
}

TEST_F(RestTest, ACollectionComesAndGoes) {
  const auto create = [] { return Http().Post("/v1/collections", R"({"name":"lamps","dimension":3})", kJson); };
  EXPECT_EQ(Done(create())["dimension"], 3);
  EXPECT_EQ(Refused(create(), 409)["code"], "ALREADY_EXISTS");
  EXPECT_EQ(Done(Http().Get("/v1/collections"))["collections"].size(), 3u);
  Done(Http().Delete("/v1/collections/lamps"));
  Refused(Http().Get("/v1/collections/lamps"), 404);
}

TEST_F(RestTest, ListsItemsPageByPage) {
  std::vector<std::string> ids;
  std::string cursor;
  do {
    const json page = Done(Http().Get("/v1/collections/shop/items?limit=5&cursor=" + cursor));
    for (const json& item : page["items"]) ids.push_back(item["id"]);
    cursor = page["nextCursor"];
  } while (!cursor.empty());
  EXPECT_EQ(ids.size(), 12u);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
}

TEST_F(RestTest, TellsTheModelAndTheFacets) {
  EXPECT_EQ(Done(Http().Get("/v1/model"))["dimension"], 512);
  const json answer = Done(Http().Get("/v1/collections/shop/facets?attributes=category&attributes=price"));
  EXPECT_EQ(answer["items"], "12");
  ASSERT_EQ(answer["facets"].size(), 2u);
  EXPECT_EQ(answer["facets"][0]["attribute"], "category");
  EXPECT_GT(answer["facets"][1]["max"], answer["facets"][1]["min"]);
}

// Method, path, content type, body: the status, the code, and how the message begins.
struct BadRequest {
  const char* method;
  const char* path;
  const char* content_type;
  const char* body;
  int status;
  const char* code;
  const char* message;
};
const BadRequest kBadRequests[] = {
    {"POST", "/v1/collections/plane:search", kJson, R"({"k":1})", 400, "INVALID_ARGUMENT", "quer"},
    {"POST", "/v1/collections/nowhere:search", kJson, R"({"query":{"embedding":{"values":[1,0]}}})", 404, "NOT_FOUND",
     ""},
    {"POST", "/v1/collections/plane:search", kJson, R"({"kk":1})", 400, "INVALID_ARGUMENT",
     "kk: there is no such field"},
    {"POST", "/v1/collections/plane:search", kJson, R"({"k":-1})", 400, "INVALID_ARGUMENT", "k: "},
    {"POST", "/v1/collections/plane:search", kJson, R"({"minScore":"high"})", 400, "INVALID_ARGUMENT", "min_score: "},
    {"POST", "/v1/collections/plane:search", kJson, R"({"minSequence":1.5})", 400, "INVALID_ARGUMENT",
     "min_sequence: "},
    {"POST", "/v1/collections/plane:search", kJson, R"({"collection":"shop"})", 400, "INVALID_ARGUMENT",
     "collection: "},
    {"POST", "/v1/collections/plane:search", kJson, "", 400, "INVALID_ARGUMENT", ""},
    {"POST", "/v1/collections/plane:search", kJson, "{\"k\":", 400, "INVALID_ARGUMENT", ""},
    {"POST", "/v1/collections/plane:search", "text/plain", "{}", 415, "INVALID_ARGUMENT", ""},
    {"POST", "/v1/collections/plane:search", "multipart/form-data; boundary=x", "--y", 400, "INVALID_ARGUMENT", ""},
    {"POST", "/v1/collections", kJson, R"({"name":".x","dimension":2})", 400, "INVALID_ARGUMENT", ""},
    {"POST", "/v1/collections", kJson, R"({"name":"x","dimension":-2})", 400, "INVALID_ARGUMENT", "dimension: "},
    {"POST", "/v1/collections", kJson, R"({"name":"plane","dimension":2})", 409, "ALREADY_EXISTS", ""},
    {"PUT", "/v1/collections/plane/items/x", kJson, R"({"attributes":{"a":1}})", 400, "INVALID_ARGUMENT", ""},
    {"PUT", "/v1/collections/plane/items/x", kJson, R"({"id":"y"})", 400, "INVALID_ARGUMENT", "id: "},
    {"PUT", "/v1/collections/plane/items/x", kJson, R"({"attributes":["a"]})", 400, "INVALID_ARGUMENT", ""},
    {"PUT", "/v1/collections/plane/items/x?k=1", kJson, "{}", 400, "INVALID_ARGUMENT", "k: there is no such parameter"},
    {"GET", "/v1/collections/plane/items?limit=x", "", "", 400, "INVALID_ARGUMENT", "limit: "},
    {"GET", "/v1/collections/plane/items?limit=10001", "", "", 400, "INVALID_ARGUMENT", "limit: "},
    {"GET", "/v1/collections/plane/items?cursor=%21", "", "", 400, "INVALID_ARGUMENT", "cursor: "},
    {"GET", "/v1/collections/plane/facets?filter=price+%3C", "", "", 400, "INVALID_ARGUMENT", "filter: "},
    {"GET", "/v1/collections/plane/items/none", "", "", 404, "NOT_FOUND", "id: "},
    {"GET", "/v1/collections/nowhere", "", "", 404, "NOT_FOUND", ""},
    {"DELETE", "/v1/collections/nowhere", "", "", 404, "NOT_FOUND", ""},
    {"DELETE", "/v1/collections/plane/items/none", "", "", 404, "NOT_FOUND", "id: "},
    {"GET", "/v1/nothing", "", "", 404, "NOT_FOUND", ""},
    {"GET", "/nothing", "", "", 404, "NOT_FOUND", ""},
    {"POST", "/v1/collections/plane/items/x", kJson, "{}", 405, "UNIMPLEMENTED", ""},
    {"PUT", "/v1/model", kJson, "{}", 405, "UNIMPLEMENTED", ""},
};

TEST_F(RestTest, RefusesBadRequestsAndSaysWhy) {
  for (const BadRequest& bad : kBadRequests) {
    SCOPED_TRACE(std::string(bad.method) + " " + bad.path + " " + bad.body);
    httplib::Request request;
    request.method = bad.method;
    request.path = bad.path;
    request.body = bad.body;
    if (*bad.content_type != '\0') request.set_header("Content-Type", bad.content_type);
    const json error = Refused(Http().send(request), bad.status);
    EXPECT_EQ(error["code"], bad.code);
    EXPECT_THAT(error["message"].get<std::string>(), StartsWith(bad.message));
  }
  EXPECT_EQ(Done(Http().Get("/v1/collections/plane"))["items"], "2") << "nothing was written";
}

TEST_F(RestTest, SaysThatABodyIsTooLarge) {
  const std::string large(kMaxMessageBytes + 1, 'x');
  EXPECT_EQ(Refused(SearchByPicture(large, json::object()), 413)["code"], "RESOURCE_EXHAUSTED");
  EXPECT_EQ(Refused(Http().Post("/v1/collections", large, kJson), 413)["code"], "RESOURCE_EXHAUSTED");
}

TEST_F(RestTest, ADeadlineThatPassesIsSaid) {
  const auto waiting = Http().Get("/v1/collections/plane/items?minSequence=1000000", {{"X-Request-Timeout", "0.3"}});
  EXPECT_EQ(Refused(waiting, 504)["field"], "min_sequence");
}

TEST_F(RestTest, CountsAmongTheCallsOfTheService) {
  const std::string series = R"(lookalike_grpc_requests_total{code="OK",method="lookalike.v1.VisualSearch/GetModel"})";
  Done(Http().Get("/v1/model"));
  const double before = Metric(*server_, series);
  Done(Http().Get("/v1/model"));
  EXPECT_EQ(Metric(*server_, series), before + 1);
}

TEST_F(RestTest, EndsCleanlyWhileItIsCalled) {
  const auto ending = Serve(*data_ / "ending", StarterModel());
  std::atomic<int> answered = 0, unexpected = 0;
  std::vector<std::jthread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        const int status = Fetch(*ending, "/v1/model").status;  // 0 when nobody listens any more
        ++answered;
        if (status != 200 && status != 503 && status != 0) ++unexpected;
      }
    });
  }
  ASSERT_TRUE(Eventually([&] { return answered > 50; }));
  EXPECT_EQ(ending->Stop(), 0);
  callers.clear();  // joins
  EXPECT_EQ(unexpected, 0);
}

TEST_F(RestTest, BrowsersOfListedOriginsMayCall) {
  const auto from = [](const std::string& origin) {
    return Http().Options("/v1/collections/shop:search", {{"Origin", origin}});
  };
  EXPECT_EQ(from("https://shop.example")->get_header_value("Access-Control-Allow-Origin"), "https://shop.example");
  EXPECT_THAT(from("https://shop.example")->get_header_value("Access-Control-Allow-Methods"), HasSubstr("POST"));
  EXPECT_FALSE(from("https://evil.example")->has_header("Access-Control-Allow-Origin"));
}

TEST_F(RestTest, ThePageLoadsNothingFromElsewhere) {
  const httplib::Result page = Http().Get("/");
  EXPECT_THAT(page->get_header_value("Content-Type"), StartsWith("text/html"));
  EXPECT_THAT(page->get_header_value("Content-Security-Policy"), HasSubstr("default-src 'none'"));
  EXPECT_EQ(Http().Get("/", {{"If-None-Match", page->get_header_value("ETag")}})->status, 304);
  EXPECT_THAT(Http().Get("/app.js")->get_header_value("Content-Type"), StartsWith("text/javascript"));
}

TEST_F(RestTest, TheOpenApiDocumentIsValid) {
  const json document = Done(Http().Get("/openapi.json"));
  EXPECT_TRUE(document["paths"].contains("/v1/collections/{collection}/items/{id}"));
  EXPECT_FALSE(document["components"]["schemas"]["SearchRequest"]["properties"]["k"]["description"].empty());
  const std::string file = *data_ / "openapi.json";
  WriteFile(file, document.dump());
  const auto python = [](const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {"/usr/bin/env", "python3"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return RunToEnd(command);
  };
  if (python({"-c", "import openapi_spec_validator"}).exit_code != 0) {
    GTEST_SKIP() << "not validated: python3 has no openapi-spec-validator (pip install openapi-spec-validator)";
  }
  const Ended validated = python({"-m", "openapi_spec_validator", "--schema", "3.0", file});
  EXPECT_EQ(validated.exit_code, 0) << validated.output << validated.errors;
}

}  // namespace
}  // namespace lookalike
