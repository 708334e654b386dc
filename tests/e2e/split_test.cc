// SPDX-License-Identifier: Apache-2.0
// The three services as programs of their own: they answer as one, and outlive what is behind them.
#include <atomic>
#include <csignal>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include "tests/e2e/client.h"
#include "tests/e2e/demo_catalog.h"
#include "tests/e2e/servers.h"

namespace lookalike {
namespace {

using testing::HasSubstr;

constexpr char kEncoder[] = "lookalike.v1.Encoder";
constexpr char kIndex[] = "lookalike.v1.Index";
constexpr char kSearch[] = "lookalike.v1.VisualSearch";
constexpr int kItems = 12;

class SplitTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { catalog_ = std::make_unique<DemoCatalog>(kItems); }
  static void TearDownTestSuite() { catalog_.reset(); }

  void Ingest(const Server& server) const {
    const Ended ingest = Lookalike(
        {"ingest", "--server", server.grpc_address(), "--collection", "shop", catalog_->manifest(), "--json"});
    ASSERT_EQ(ingest.exit_code, 0) << ingest.errors;
    ASSERT_EQ(nlohmann::json::parse(ingest.output)["written"], kItems);
  }

  std::string Picture(int i) const { return ReadFile((*catalog_)[i % kItems].picture); }

  std::unique_ptr<Server> StartEncoder(const std::string& address = "127.0.0.1:0") const {
    return std::make_unique<Server>("lookalike-encoder", Flags{"--model", StarterModel()}, address);
  }
  std::unique_ptr<Server> StartIndex() const {
    return std::make_unique<Server>("lookalike-index", Flags{"--data-dir", folder_ / "index"});
  }
  std::unique_ptr<Server> StartSearch(const Server& encoder, const Server& index) const {
    return std::make_unique<Server>("lookalike-search",
                                    Flags{"--encoder", encoder.grpc_address(), "--index", index.grpc_address()});
  }

  static inline std::unique_ptr<DemoCatalog> catalog_;
  const TemporaryFolder folder_;
};

// Shoppers who search by one picture after the other, each on a thread of its own, until they go.
class Shoppers {
 public:
  Shoppers(int count, const std::string& address, const std::vector<std::string>& pictures) {
    for (int i = 0; i < count; ++i) {
      threads_.emplace_back([this, i, address, &pictures](const std::stop_token& stop) {
        Client client(address);
        for (size_t next = i; !stop.stop_requested(); ++next) {
          const auto answer = client.Search(LikeImage("shop", pictures[next % pictures.size()], 1));
          EXPECT_THAT(answer, Succeeded());
          ++(answer.status.ok() ? served_ : failed_);
        }
      });
    }
  }

  // Waits until so many searches more have been answered; false after kPatience.
  bool AwaitSearches(int count) const {
    const int enough = served_ + failed_ + count;
    return Eventually([&] { return served_ + failed_ >= enough; });
  }
  int failed() const { return failed_; }

 private:
  std::atomic<int> served_ = 0;
  std::atomic<int> failed_ = 0;
  std::vector<std::jthread> threads_;  // ended before the counts go
};

TEST_F(SplitTest, AnswersAsServeDoes) {
  const auto together = Serve(folder_ / "together", StarterModel());
  SplitDeployment split(folder_ / "split", StarterModel(), 2);
  Ingest(*together);
  Ingest(*split.search);
  Client one(together->grpc_address()), other(split.search->grpc_address());
  EXPECT_EQ(other.GetCollection("shop").response.items(), kItems);
  for (int i = 0; i < kItems; ++i) {
    v1::SearchRequest request = LikeImage("shop", Picture(i));
    request.set_filter("price > 0");
    const auto expected = one.Search(request), found = other.Search(request);
    ASSERT_THAT(expected, Succeeded());
    ASSERT_THAT(found, Succeeded());
    ASSERT_EQ(IdsOf(found.response), IdsOf(expected.response));
    EXPECT_EQ(found.response.model_id(), expected.response.model_id());
    for (int r = 0; r < found.response.results_size(); ++r) {
      EXPECT_NEAR(found.response.results(r).score(), expected.response.results(r).score(), 1e-5);
    }
  }
}

TEST_F(SplitTest, NoSearchFailsWhenAnEncoderIsKilledUnderLoad) {
  SplitDeployment split(folder_ / "split", StarterModel(), 3);
  Ingest(*split.search);
  std::vector<std::string> pictures;
  for (int i = 0; i < kItems; ++i) pictures.push_back(Picture(i));
  Shoppers shoppers(4, split.search->grpc_address(), pictures);
  ASSERT_TRUE(shoppers.AwaitSearches(60));
  for (const auto& encoder : split.encoders) {
    EXPECT_GT(Metric(*encoder, "lookalike_encoder_batch_size_count"), 0) << "no share of the load";
  }
  split.encoders[1]->Kill();
  ASSERT_TRUE(shoppers.AwaitSearches(100));
  EXPECT_EQ(shoppers.failed(), 0);
}

TEST_F(SplitTest, NoSearchFailsWhenAnEncoderIsStoppedUnderLoad) {
  SplitDeployment split(folder_ / "split", StarterModel(), 2);
  Ingest(*split.search);
  std::vector<std::string> pictures;
  for (int i = 0; i < kItems; ++i) pictures.push_back(Picture(i));
  Shoppers shoppers(4, split.search->grpc_address(), pictures);
  ASSERT_TRUE(shoppers.AwaitSearches(40));
  EXPECT_EQ(split.encoders[0]->Stop(), 0);
  ASSERT_TRUE(shoppers.AwaitSearches(60));
  EXPECT_EQ(shoppers.failed(), 0);
}

TEST_F(SplitTest, EachProgramTellsTheHealthOfItsServiceAndOfNoOther) {
  const SplitDeployment split(folder_ / "split", StarterModel(), 1);
  const std::pair<const Server*, std::string> programs[] = {
      {split.encoders[0].get(), kEncoder}, {split.index.get(), kIndex}, {split.search.get(), kSearch}};
  for (const auto& [server, own_service] : programs) {
    for (const char* service : {kEncoder, kIndex, kSearch}) {
      EXPECT_EQ(server->HealthOf(service), service == own_service ? Health::SERVING : Health::SERVICE_UNKNOWN)
          << own_service << " asked about " << service;
    }
    EXPECT_EQ(server->HealthOf(""), Health::SERVING);
    EXPECT_EQ(Fetch(*server, "/readyz").status, 200);
  }
}

TEST_F(SplitTest, TheSearchServiceAloneHasRestAndThePage) {
  const SplitDeployment split(folder_ / "split", StarterModel(), 1);
  EXPECT_EQ(nlohmann::json::parse(Fetch(*split.search, "/v1/model").body)["dimension"], 512);
  EXPECT_EQ(Fetch(*split.search, "/").status, 200);
  EXPECT_EQ(Fetch(*split.index, "/v1/model").status, 404);
  EXPECT_EQ(Fetch(*split.encoders[0], "/").status, 404);
}

TEST_F(SplitTest, RestSaysThatAServiceBehindIsOutOfReach) {
  const auto index = StartIndex();
  const Server search("lookalike-search", Flags{"--encoder", "127.0.0.1:1", "--index", index->grpc_address()});
  EXPECT_EQ(Fetch(search, "/").status, 200);
  EXPECT_EQ(Fetch(search, "/v1/collections").status, 200);
  EXPECT_EQ(Fetch(search, "/v1/model").status, 503);
}

TEST_F(SplitTest, SearchIsNotServingUntilThereIsAnEncoder) {
  const auto index = StartIndex();
  auto encoder = StartEncoder();
  encoder->Kill();
  const auto search = StartSearch(*encoder, *index);
  ASSERT_TRUE(search->process().WaitForError("waiting for what is behind"));
  EXPECT_EQ(search->HealthOf(kSearch), Health::NOT_SERVING);
  EXPECT_EQ(search->HealthOf(""), Health::NOT_SERVING);
  EXPECT_EQ(Fetch(*search, "/healthz").status, 200);
  const Page ready = Fetch(*search, "/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(ready.body, testing::HasSubstr("the encoder"));
  encoder = StartEncoder(encoder->grpc_address());
  EXPECT_TRUE(search->WaitForHealth(kSearch, Health::SERVING));
  EXPECT_EQ(Fetch(*search, "/readyz").status, 200);
}

// An encoder that never answers: only a deadline that was passed on to the call of it ends the search service's own.
TEST_F(SplitTest, PassesTheDeadlineOnToTheEncoder) {
  SplitDeployment split(folder_ / "split", StarterModel(), 1);
  Ingest(*split.search);
  Client client(split.search->grpc_address());
  EXPECT_THAT(client.Call(&Client::Stub::Search, LikeImage("shop", Picture(0)), std::chrono::milliseconds(1)),
              Failed(grpc::StatusCode::DEADLINE_EXCEEDED, testing::_));
  ASSERT_THAT(client.Search(LikeImage("shop", Picture(0))), Succeeded());
  split.encoders[0]->process().Signal(SIGSTOP);
  EXPECT_THAT(client.Call(&Client::Stub::Search, LikeImage("shop", Picture(0)), std::chrono::milliseconds(300)),
              Failed(grpc::StatusCode::DEADLINE_EXCEEDED, testing::_));
  EXPECT_TRUE(Eventually([&] {
    return Metric(*split.search, "lookalike_grpc_requests_in_flight{method=\"lookalike.v1.VisualSearch/Search\"}") == 0;
  }));
}

TEST_F(SplitTest, AStreamOfPicturesIsAnsweredByPlaceAndSurvivesABadOne) {
  const auto encoder = StartEncoder();
  const auto stub =
      v1::Encoder::NewStub(grpc::CreateChannel(encoder->grpc_address(), grpc::InsecureChannelCredentials()));
  constexpr uint64_t kBad = 7;
  grpc::ClientContext context;
  const auto stream = stub->EncodeStream(&context);
  std::jthread sender([&] {
    for (uint64_t i = 0; i < 3 * kItems; ++i) {
      v1::EncodeStreamRequest request;
      request.mutable_image()->set_content(i == kBad ? "not a picture" : Picture(static_cast<int>(i)));
      ASSERT_TRUE(stream->Write(request));
    }
    stream->WritesDone();
  });
  std::map<uint64_t, v1::EncodeStreamResponse> answers;
  for (v1::EncodeStreamResponse answer; stream->Read(&answer);) answers[answer.index()] = answer;
  EXPECT_TRUE(stream->Finish().ok());
  ASSERT_EQ(answers.size(), 3u * kItems);
  for (const auto& [index, answer] : answers) {
    EXPECT_EQ(answer.result().has_error(), index == kBad) << index;
    if (index != kBad && index + kItems != kBad && index % kItems != kBad) {
      EXPECT_EQ(answer.result().embedding().SerializeAsString(),
                answers[index % kItems].result().embedding().SerializeAsString());
    }
  }
  EXPECT_THAT(answers[kBad].result().error().message(), HasSubstr("not a"));
}

TEST_F(SplitTest, SearchByItemNeedsNoEncoder) {
  SplitDeployment split(folder_ / "split", StarterModel(), 1);
  Ingest(*split.search);
  split.encoders[0]->Kill();
  Client client(split.search->grpc_address());
  EXPECT_THAT(client.Search(LikeItem("shop", (*catalog_)[0].id)), Succeeded());
  EXPECT_THAT(client.Call(&Client::Stub::Search, LikeImage("shop", Picture(0)), std::chrono::seconds(20)),
              Failed(grpc::StatusCode::UNAVAILABLE, testing::_));
}

TEST_F(SplitTest, AnswersTheSameAfterTheIndexIsKilledAndStartedAgain) {
  SplitDeployment split(folder_ / "split", StarterModel(), 1);
  Ingest(*split.search);
  Client client(split.search->grpc_address());
  const v1::SearchRequest request = LikeImage("shop", Picture(0), kItems);
  const auto before = IdsOf(client.Search(request).response);
  ASSERT_THAT(before, testing::SizeIs(kItems));
  split.index->Kill();
  const std::string address = split.index->grpc_address();
  split.index = std::make_unique<Server>("lookalike-index", Flags{"--data-dir", folder_ / "split"}, address);
  ASSERT_TRUE(Eventually([&] { return client.Search(request).status.ok(); }));
  EXPECT_EQ(IdsOf(client.Search(request).response), before);
}

}  // namespace
}  // namespace lookalike
