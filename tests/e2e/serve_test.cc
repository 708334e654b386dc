// SPDX-License-Identifier: Apache-2.0
// The main job through `lookalike serve`: pictures in, the most similar products out, while the catalog changes.
#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_split.h"

#include "tests/e2e/client.h"
#include "tests/e2e/demo_catalog.h"
#include "tests/e2e/servers.h"

namespace lookalike {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using testing::UnorderedElementsAreArray;

constexpr char kSearchService[] = "lookalike.v1.VisualSearch";
constexpr int kItems = 30;

class ServeTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    catalog_ = std::make_unique<DemoCatalog>(kItems);
    data_ = std::make_unique<TemporaryFolder>();
    server_ = Serve(*data_ / "data", StarterModel());
    ASSERT_EQ(Ingest("shop")["written"], kItems);
  }
  static void TearDownTestSuite() {
    server_.reset();
    data_.reset();
    catalog_.reset();
  }

  // The totals that `lookalike ingest --json` prints.
  static json Ingest(const std::string& collection, const Server& server = *server_) {
    const Ended ingest = Lookalike(
        {"ingest", "--server", server.grpc_address(), "--collection", collection, catalog_->manifest(), "--json"});
    EXPECT_EQ(ingest.exit_code, 0) << ingest.errors;
    return json::parse(ingest.output);
  }

  // What searches by a few pictures and a few items find, to be compared with what they find later.
  static std::vector<std::string> Answers(const Server& server) {
    Client client(server.grpc_address());
    std::vector<std::string> answers;
    for (int i = 0; i < kItems; i += 5) {
      for (const v1::SearchRequest& request :
           {LikeImage("shop", ReadFile((*catalog_)[i].picture)), LikeItem("shop", (*catalog_)[i].id)}) {
        const auto answer = client.Search(request);
        EXPECT_THAT(answer, Succeeded());
        for (const v1::ScoredItem& item : answer.response.results()) {
          answers.push_back(item.id() + " " + std::to_string(item.score()));
        }
      }
    }
    return answers;
  }

  static std::vector<std::string> AllIds() {
    std::vector<std::string> ids;
    for (const DemoCatalog::Item& item : catalog_->items()) ids.push_back(item.id);
    std::sort(ids.begin(), ids.end());
    return ids;
  }

  static const DemoCatalog::Item& ItemOf(const std::string& id) {
    return *std::find_if(catalog_->items().begin(), catalog_->items().end(),
                         [&](const DemoCatalog::Item& item) { return item.id == id; });
  }

  static inline std::unique_ptr<DemoCatalog> catalog_;
  static inline std::unique_ptr<TemporaryFolder> data_;
  static inline std::unique_ptr<Server> server_;
  Client client_{server_->grpc_address()};
};

TEST_F(ServeTest, APictureThatWasEncodedBeforeIsNotEncodedAgain) {
  Client client(server_->grpc_address());
  const v1::SearchRequest request = LikeImage("shop", ReadFile((*catalog_)[3].picture));
  const auto first = client.Search(request);
  ASSERT_THAT(first, Succeeded());
  const double passes = Metric(*server_, "lookalike_encoder_batch_size_count");
  const double hits = Metric(*server_, "lookalike_encoder_cache_hits");
  const auto second = client.Search(request);
  ASSERT_THAT(second, Succeeded());
  EXPECT_EQ(second.response.results(0).id(), first.response.results(0).id());
  EXPECT_EQ(Metric(*server_, "lookalike_encoder_batch_size_count"), passes);
  EXPECT_EQ(Metric(*server_, "lookalike_encoder_cache_hits"), hits + 1);
}

TEST_F(ServeTest, FindsAnotherViewOfTheSameProductFirst) {
  Flags search = {"search", "--server", server_->grpc_address(), "--collection", "shop", "--k", "1", "--json"};
  for (const DemoCatalog::Item& item : catalog_->items()) search.insert(search.end(), {"--id", item.id});
  const Ended ended = Lookalike(search);
  ASSERT_EQ(ended.exit_code, 0) << ended.errors;
  std::vector<std::string> lines = absl::StrSplit(ended.output, '\n', absl::SkipEmpty());
  ASSERT_THAT(lines, SizeIs(kItems));
  int right = 0;
  for (int i = 0; i < kItems; ++i) {
    const std::string first = json::parse(lines[i])["results"][0]["id"];
    EXPECT_NE(first, (*catalog_)[i].id);
    right += ItemOf(first).group == (*catalog_)[i].group;
  }
  EXPECT_GE(right, kItems * 9 / 10);
}

TEST_F(ServeTest, IngestsWhatIsThereAlreadyAtNoCost) {
  const std::string encoded = "lookalike_encoder_batch_size_count";
  const double before = Metric(*server_, encoded);
  const json again = Ingest("shop");
  EXPECT_EQ(again["unchanged"], kItems);
  EXPECT_EQ(again["written"], 0);
  EXPECT_EQ(again["failed"], 0);
  EXPECT_GT(before, 0);
  EXPECT_EQ(Metric(*server_, encoded), before);
}

TEST_F(ServeTest, FindsAPictureThatIsInTheCatalogWithScoreOne) {
  for (int i : {0, 7, 29}) {
    const auto answer = client_.Search(LikeImage("shop", ReadFile((*catalog_)[i].picture)));
    ASSERT_THAT(answer, Succeeded());
    ASSERT_THAT(answer.response.results(), SizeIs(10));
    EXPECT_EQ(answer.response.results(0).id(), (*catalog_)[i].id);
    EXPECT_NEAR(answer.response.results(0).score(), 1, 1e-4);
  }
}

TEST_F(ServeTest, LooksForAPartOfAPicture) {
  v1::SearchRequest whole = LikeImage("shop", ReadFile((*catalog_)[3].picture), 1);
  v1::SearchRequest part = whole;
  part.mutable_query()->mutable_crop()->set_right(0.5F);
  part.mutable_query()->mutable_crop()->set_bottom(0.5F);
  const auto of_part = client_.Search(part);
  ASSERT_THAT(of_part, Succeeded());
  EXPECT_LT(of_part.response.results(0).score(), client_.Search(whole).response.results(0).score() - 1e-3);
}

TEST_F(ServeTest, LeavesTheItemItselfOutUnlessItIsAskedFor) {
  const std::string id = (*catalog_)[4].id;
  v1::SearchRequest request = LikeItem("shop", id);
  EXPECT_THAT(IdsOf(client_.Search(request).response), AllOf(SizeIs(10), Not(Contains(id))));
  request.set_include_query_items(true);
  EXPECT_EQ(IdsOf(client_.Search(request).response).at(0), id);
}

TEST_F(ServeTest, FindsByEmbeddingWhatItFindsByTheItemOfThatEmbedding) {
  const std::string id = (*catalog_)[8].id;
  const auto got = client_.Get("shop", {id}, /*with_embeddings=*/true);
  ASSERT_THAT(got, Succeeded());
  const auto& values = got.response.items(0).images(0).embedding().values();
  const auto by_embedding = client_.Search(LikeEmbedding("shop", {values.begin(), values.end()}));
  v1::SearchRequest by_item = LikeItem("shop", id);
  by_item.set_include_query_items(true);
  EXPECT_EQ(IdsOf(by_embedding.response), IdsOf(client_.Search(by_item).response));
}

TEST_F(ServeTest, KeepsToTheFilter) {
  const std::string category = (*catalog_)[0].category;
  std::vector<std::string> expected;
  for (const DemoCatalog::Item& item : catalog_->items()) {
    if (item.category == category && item.price < 1e6) expected.push_back(item.id);
  }
  v1::SearchRequest request = LikeImage("shop", ReadFile((*catalog_)[10].picture), kItems);
  request.set_filter("category = \"" + category + "\" and price < 1000000");
  EXPECT_THAT(IdsOf(client_.Search(request).response), UnorderedElementsAreArray(expected));
  request.set_filter("category = \"" + category + "\" and price < 0");
  EXPECT_THAT(client_.Search(request).response.results(), SizeIs(0));
}

TEST_F(ServeTest, KeepsToTheMinimumScore) {
  v1::SearchRequest request = LikeItem("shop", (*catalog_)[0].id, kItems);
  const auto all = client_.Search(request);
  ASSERT_THAT(all.response.results(), SizeIs(kItems - 1));
  const float fifth = all.response.results(4).score();
  request.set_min_score(fifth);
  const auto best = client_.Search(request);
  EXPECT_THAT(IdsOf(best.response), SizeIs(5));
  for (const v1::ScoredItem& item : best.response.results()) EXPECT_GE(item.score(), fifth);
}

TEST_F(ServeTest, DeletedItemsAreGoneAtOnce) {
  Ingest("deleting");
  const std::string gone = (*catalog_)[2].id;
  const v1::SearchRequest request = LikeImage("deleting", ReadFile((*catalog_)[2].picture), kItems);
  ASSERT_EQ(IdsOf(client_.Search(request).response).at(0), gone);
  const auto deleted = client_.Delete("deleting", {gone, "never there"});
  ASSERT_THAT(deleted, Succeeded());
  EXPECT_FALSE(deleted.response.outcomes(0).has_error());
  EXPECT_EQ(deleted.response.outcomes(1).error().code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(IdsOf(client_.Search(request).response), AllOf(SizeIs(kItems - 1), Not(Contains(gone))));
  EXPECT_THAT(client_.Get("deleting", {gone}).response.missing_ids(), ElementsAre(gone));
  EXPECT_EQ(client_.GetCollection("deleting").response.items(), kItems - 1);
}

TEST_F(ServeTest, AReplacedPictureIsGoneAtOnce) {
  Ingest("replacing");
  const std::string id = (*catalog_)[0].id;
  const std::string old_picture = ReadFile((*catalog_)[0].picture), new_picture = ReadFile((*catalog_)[15].picture);
  ASSERT_THAT(client_.Upsert("replacing", ItemOfImage(id, new_picture)), Succeeded());
  const auto like_new = client_.Search(LikeImage("replacing", new_picture, 2));
  EXPECT_THAT(IdsOf(like_new.response), UnorderedElementsAre(id, (*catalog_)[15].id));
  EXPECT_NE(IdsOf(client_.Search(LikeImage("replacing", old_picture, 1)).response).at(0), id);
  EXPECT_EQ(client_.GetCollection("replacing").response.items(), kItems);
}

TEST_F(ServeTest, ListsEveryItemOncePageByPage) {
  std::vector<std::string> listed;
  v1::ListRequest request;
  request.set_collection("shop");
  request.set_limit(7);
  do {
    const auto page = client_.Call(&Client::Stub::List, request);
    ASSERT_THAT(page, Succeeded());
    ASSERT_LE(page.response.items_size(), 7);
    for (const v1::Item& item : page.response.items()) listed.push_back(item.id());
    request.set_cursor(page.response.next_cursor());
  } while (!request.cursor().empty());
  EXPECT_THAT(listed, ElementsAreArray(AllIds()));
}

TEST_F(ServeTest, TellsItsModelAndWhatRunsIt) {
  const auto model = client_.Call(&Client::Stub::GetModel, v1::GetModelRequest());
  ASSERT_THAT(model, Succeeded());
  EXPECT_EQ(model.response.id(), client_.GetCollection("shop").response.model_id());
  EXPECT_EQ(model.response.weights(), "starter");
  EXPECT_EQ(model.response.device(), "cpu");
  EXPECT_THAT(model.response.engine(), testing::AnyOf(testing::StartsWith("winograd-"), HasSubstr("torchscript (")));
}

TEST_F(ServeTest, FacetsSayWhatTheMatchingItemsHave) {
  v1::GetFacetsRequest request;
  request.set_collection("shop");
  request.set_filter("category = \"" + (*catalog_)[0].category + "\"");
  request.add_attributes("category");
  request.add_attributes("price");
  request.add_attributes("in_stock");
  const auto facets = client_.Call(&Client::Stub::GetFacets, request);
  ASSERT_THAT(facets, Succeeded());
  ASSERT_THAT(facets.response.facets(), SizeIs(3));
  const v1::Facet& category = facets.response.facets(0);
  ASSERT_THAT(category.values(), SizeIs(1));
  EXPECT_EQ(category.values(0).value().string_value(), (*catalog_)[0].category);
  EXPECT_EQ(category.values(0).count(), facets.response.items());
  const v1::Facet& in_stock = facets.response.facets(1);
  EXPECT_EQ(in_stock.type(), "bool");
  uint64_t counted = 0;
  for (const v1::FacetValue& value : in_stock.values()) counted += value.count();
  EXPECT_EQ(counted, facets.response.items());
  const v1::Facet& price = facets.response.facets(2);
  EXPECT_LE(price.min(), (*catalog_)[0].price);
  EXPECT_GE(price.max(), (*catalog_)[0].price);
}

TEST_F(ServeTest, GetsItemsWithTheirAttributes) {
  const DemoCatalog::Item& item = (*catalog_)[5];
  const auto got = client_.Get("shop", {"nobody", item.id});
  ASSERT_THAT(got, Succeeded());
  EXPECT_THAT(got.response.missing_ids(), ElementsAre("nobody"));
  ASSERT_THAT(got.response.items(), SizeIs(1));
  EXPECT_EQ(got.response.items(0).id(), item.id);
  EXPECT_EQ(got.response.items(0).attributes().at("group").string_value(), item.group);
  EXPECT_EQ(got.response.items(0).attributes().at("price").number_value(), item.price);
  EXPECT_THAT(got.response.items(0).images(0).digest(), SizeIs(64));
}

TEST_F(ServeTest, AcknowledgedItemsAreFoundByTheNextSearch) {
  ASSERT_THAT(client_.CreateCollection("directions", 2), Succeeded());
  for (int i = 0; i < 50; ++i) {
    const std::vector<float> direction = {1, static_cast<float>(i)};
    const std::string id = std::to_string(i);
    ASSERT_THAT(client_.Upsert("directions", ItemOfEmbedding(id, direction)), Succeeded());
    ASSERT_EQ(IdsOf(client_.Search(LikeEmbedding("directions", direction, 1)).response).at(0), id);
  }
}

TEST_F(ServeTest, SaysOverHttpHowItIs) {
  EXPECT_EQ(Fetch(*server_, "/healthz").status, 200);
  EXPECT_EQ(Fetch(*server_, "/readyz").status, 200);
  EXPECT_EQ(Fetch(*server_, "/no such page").status, 404);
  const std::string method = "method=\"lookalike.v1.VisualSearch/Search\"";
  ASSERT_THAT(client_.Search(LikeImage("shop", ReadFile((*catalog_)[0].picture))), Succeeded());
  EXPECT_EQ(Metric(*server_, "lookalike_items{collection=\"shop\"}"), kItems);
  EXPECT_EQ(Metric(*server_, "lookalike_tombstones{collection=\"shop\"}"), 0);
  EXPECT_GE(Metric(*server_, "lookalike_encoder_batch_size_count"), 1);
  EXPECT_GE(Metric(*server_, "lookalike_encoder_queue_seconds_count"), 1);
  EXPECT_GE(Metric(*server_, "lookalike_grpc_request_seconds_count{" + method + "}"), 1);
  EXPECT_GE(Metric(*server_, "lookalike_grpc_requests_total{code=\"OK\"," + method + "}"), 1);
}

TEST_F(ServeTest, TellsTheHealthOfEveryService) {
  for (const char* service : {"", "lookalike.v1.Encoder", "lookalike.v1.Index", kSearchService}) {
    EXPECT_EQ(server_->HealthOf(service), Health::SERVING) << service;
  }
  EXPECT_EQ(server_->HealthOf("lookalike.v1.Other"), Health::SERVICE_UNKNOWN);
}

TEST_F(ServeTest, AnswersTheSameAfterARestart) {
  const TemporaryFolder folder;
  auto server = Serve(folder / "data", StarterModel());
  Ingest("shop", *server);
  const std::vector<std::string> before = Answers(*server);
  EXPECT_EQ(server->Stop(), 0) << server->process().errors();
  EXPECT_EQ(Answers(*Serve(folder / "data", StarterModel())), before);
}

TEST_F(ServeTest, AnswersTheSameAfterKill9) {
  const TemporaryFolder folder;
  auto server = Serve(folder / "data", StarterModel());
  Ingest("shop", *server);
  ASSERT_THAT(Client(server->grpc_address()).Delete("shop", {(*catalog_)[1].id}), Succeeded());
  const std::vector<std::string> before = Answers(*server);
  server->Kill();
  server = Serve(folder / "data", StarterModel());
  EXPECT_EQ(Client(server->grpc_address()).GetCollection("shop").response.items(), kItems - 1);
  EXPECT_EQ(Answers(*server), before);
}

TEST_F(ServeTest, KeepsWhatItAcknowledgedBeforeKill9InMidStream) {
  const TemporaryFolder folder;
  auto server = Serve(folder / "data", StarterModel());
  Client client(server->grpc_address());
  ASSERT_THAT(client.CreateCollection("directions", 2), Succeeded());
  grpc::ClientContext context;
  const auto stream = client.stub().Ingest(&context);
  std::jthread sender([&stream] {
    v1::IngestRequest request;
    request.set_collection("directions");
    for (int i = 0;; ++i) {
      *request.mutable_item() = ItemOfEmbedding(std::to_string(i), {1, static_cast<float>(i)});
      if (!stream->Write(request)) return;
    }
  });
  std::vector<std::string> acknowledged;
  for (v1::IngestResponse response; stream->Read(&response);) {
    EXPECT_FALSE(response.has_error()) << response.error().message();
    acknowledged.push_back(response.id());
    if (acknowledged.size() == 300) server->Kill();
  }
  sender.join();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  ASSERT_GE(acknowledged.size(), 300);
  server = Serve(folder / "data", StarterModel());
  EXPECT_THAT(Client(server->grpc_address()).Get("directions", acknowledged).response.items(),
              SizeIs(acknowledged.size()));
}

TEST_F(ServeTest, DrainsOnSigtermAndEndsWithZero) {
  const TemporaryFolder folder;
  auto server = Serve(folder / "data", StarterModel());
  server->process().Signal(SIGTERM);
  EXPECT_EQ(server->process().Wait(), 0);
  EXPECT_THAT(server->process().errors(), AllOf(HasSubstr("draining"), HasSubstr("stopped")));
}

}  // namespace
}  // namespace lookalike
