// SPDX-License-Identifier: Apache-2.0
// Searches for several things at once, in an order beyond similarity, page by page, many in one call: in one process
// and in three.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/client.h"
#include "tests/e2e/demo_catalog.h"
#include "tests/e2e/servers.h"

namespace lookalike {
namespace {

using grpc::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

using Stub = Client::Stub;

// "plane" has embeddings of two dimensions: item "30" points 30 degrees up from the first axis. A tenth of the degrees
// is its margin, and every three neighbours are the variants of one product.
class RankingTest : public testing::TestWithParam<bool> {
 protected:
  static constexpr int kItems = 10;

  static void SetUpTestSuite() {
    data_ = std::make_unique<TemporaryFolder>();
    one_ = Serve(*data_ / "one", StarterModel());
    three_ = std::make_unique<SplitDeployment>(*data_ / "three", StarterModel(), 1);
    for (const std::string& address : {one_->grpc_address(), three_->search->grpc_address()}) {
      Client client(address);
      ASSERT_THAT(client.CreateCollection("plane", 2), Succeeded());
      for (int i = 0; i < kItems; ++i) ASSERT_THAT(client.Upsert("plane", At(10 * i, i, i / 3)), Succeeded());
    }
  }
  static void TearDownTestSuite() {
    three_.reset();
    one_.reset();
    data_.reset();
  }

  static v1::UpsertItem At(int degrees, double margin, int product) {
    const double radians = degrees * M_PI / 180;
    v1::UpsertItem item = ItemOfEmbedding(
        std::to_string(degrees), {static_cast<float>(std::cos(radians)), static_cast<float>(std::sin(radians))});
    (*item.mutable_attributes())["margin"].set_number_value(margin);
    (*item.mutable_attributes())["product"].set_string_value("p" + std::to_string(product));
    return item;
  }
  static v1::SearchRequest AtZero(uint32_t k = 3) { return LikeEmbedding("plane", {1, 0}, k); }
  // Weighs the margin, which rises as the similarity falls.
  static v1::RankingProfile ByMargin(double weight) {
    v1::RankingProfile profile;
    v1::NumericSignal& signal = *profile.add_signals();
    signal.set_attribute("margin");
    signal.set_weight(weight);
    signal.mutable_linear()->set_max(9);
    return profile;
  }

  std::vector<std::string> Find(const v1::SearchRequest& request) {
    const auto answer = client_.Search(request);
    EXPECT_THAT(answer, Succeeded());
    return IdsOf(answer.response);
  }
  Answer<v1::SetRankingProfileResponse> SetProfile(const std::string& name, const v1::RankingProfile& profile) {
    v1::SetRankingProfileRequest request;
    request.set_collection("plane");
    request.set_name(name);
    *request.mutable_profile() = profile;
    return client_.Call(&Stub::SetRankingProfile, request);
  }
  Answer<v1::DeleteRankingProfileResponse> DeleteProfile(const std::string& name) {
    v1::DeleteRankingProfileRequest request;
    request.set_collection("plane");
    request.set_name(name);
    return client_.Call(&Stub::DeleteRankingProfile, request);
  }

  static inline std::unique_ptr<TemporaryFolder> data_;
  static inline std::unique_ptr<Server> one_;
  static inline std::unique_ptr<SplitDeployment> three_;
  Client client_{GetParam() ? three_->search->grpc_address() : one_->grpc_address()};
};

TEST_P(RankingTest, LikeTheseAndNotLikeThat) {
  v1::SearchRequest request;
  request.set_collection("plane");
  request.set_k(3);
  request.add_queries()->set_id("0");
  request.add_queries()->set_id("50");
  request.mutable_queries(1)->set_weight(0.5f);
  EXPECT_THAT(Find(request), ElementsAre("20", "10", "30")) << "at 16 degrees; both themselves are left out";
  request.mutable_queries(1)->set_weight(-0.5f);
  EXPECT_THAT(Find(request), ElementsAre("10", "20", "30")) << "away from the second";
  request.set_include_query_items(true);
  request.add_excluded_ids("10");
  EXPECT_THAT(Find(request), ElementsAre("0", "20", "30"));
}

TEST_P(RankingTest, AProfileOfTheRequestOrdersAndExplains) {
  v1::SearchRequest request = AtZero(2);
  EXPECT_THAT(Find(request), ElementsAre("0", "10"));
  *request.mutable_ranking() = ByMargin(9);
  request.set_explain(true);
  const auto answer = client_.Search(request);
  ASSERT_THAT(IdsOf(answer.response), ElementsAre("70", "60")) << "of the 8 most similar";
  const v1::ScoredItem& first = answer.response.results(0);
  EXPECT_NEAR(first.similarity(), std::cos(70 * M_PI / 180), 1e-4);
  EXPECT_NEAR(first.score(), first.similarity() + 7, 1e-4);
  ASSERT_THAT(first.explanation().parts(), SizeIs(2));
  EXPECT_EQ(first.explanation().parts(1).name(), "signal margin");
  EXPECT_NEAR(first.explanation().parts(1).contribution(), 7, 1e-9);
}

TEST_P(RankingTest, GroupsAndDiversifies) {
  v1::SearchRequest request = AtZero(3);
  request.mutable_ranking()->mutable_grouping()->set_attribute("product");
  EXPECT_THAT(Find(request), ElementsAre("0", "30", "60"));
  request.mutable_ranking()->clear_grouping();
  request.mutable_ranking()->mutable_diversity()->set_lambda(0.3);
  // After 0, 90: 0.3 × 0 - 0.7 × 0. After both, 40: 0.3 × 0.766 - 0.7 × 0.766, while 10 has 0.3 × 0.985 - 0.7 × 0.985.
  EXPECT_THAT(Find(request), ElementsAre("0", "90", "40"));
}

TEST_P(RankingTest, ANamedProfileIsInForceAtOnceAndTheDefaultWithoutAName) {
  ASSERT_THAT(SetProfile("margin", ByMargin(9)), Succeeded());
  v1::SearchRequest request = AtZero(1);
  EXPECT_THAT(Find(request), ElementsAre("0"));
  request.set_ranking_profile("margin");
  EXPECT_THAT(Find(request), ElementsAre("30")) << "of the 4 most similar";
  ASSERT_THAT(SetProfile("default", ByMargin(9)), Succeeded());
  EXPECT_THAT(Find(AtZero(1)), ElementsAre("30"));
  EXPECT_EQ(client_.GetCollection("plane").response.ranking_profiles().at("default").signals(0).weight(), 9);
  v1::SearchRequest plain = AtZero(1);
  plain.mutable_ranking();
  EXPECT_THAT(Find(plain), ElementsAre("0")) << "an empty profile of its own";
  ASSERT_THAT(DeleteProfile("default"), Succeeded());
  ASSERT_THAT(DeleteProfile("margin"), Succeeded());
  EXPECT_THAT(Find(AtZero(1)), ElementsAre("0"));
  EXPECT_THAT(client_.Search(request), Failed(StatusCode::NOT_FOUND, StartsWith("ranking_profile: ")));
}

TEST_P(RankingTest, PagesGoOnWhileOtherItemsComeAndGo) {
  v1::SearchRequest request = AtZero(4);
  std::vector<std::string> seen;
  do {
    const auto page = client_.Search(request);
    ASSERT_THAT(page, Succeeded());
    for (const std::string& id : IdsOf(page.response)) seen.push_back(id);
    request.set_page_token(page.response.next_page_token());
    ASSERT_THAT(client_.Upsert("plane", At(1, 0, 9)), Succeeded());
  } while (!request.page_token().empty());
  ASSERT_THAT(client_.Delete("plane", {"1"}), Succeeded());
  EXPECT_THAT(seen, ElementsAre("0", "10", "20", "30", "40", "50", "60", "70", "80", "90"));
}

TEST_P(RankingTest, PagesOfADiverseOrderExpireWithAWrite) {
  v1::SearchRequest request = AtZero(2);
  request.mutable_ranking()->mutable_diversity()->set_lambda(0.5);
  request.set_page_token(client_.Search(request).response.next_page_token());
  ASSERT_THAT(client_.Search(request), Succeeded());
  ASSERT_THAT(client_.Upsert("plane", At(1, 0, 9)), Succeeded());
  EXPECT_THAT(client_.Search(request), Failed(StatusCode::FAILED_PRECONDITION, StartsWith("page_token: expired")));
  ASSERT_THAT(client_.Delete("plane", {"1"}), Succeeded());
}

TEST_P(RankingTest, DropsOptionalFiltersWhereThereIsTooLittle) {
  v1::SearchRequest request = AtZero(3);
  request.add_optional_filters("margin >= 2");
  request.add_optional_filters("product = \"p3\"");
  EXPECT_THAT(Find(request), ElementsAre("90"));
  request.set_min_results(2);
  const auto answer = client_.Search(request);
  EXPECT_THAT(IdsOf(answer.response), ElementsAre("20", "30", "40"));
  EXPECT_THAT(answer.response.dropped_filters(), ElementsAre("product = \"p3\""));
}

TEST_P(RankingTest, AnswersEachSearchOfABatchByItself) {
  v1::BatchSearchRequest batch;
  for (int i = 0; i < 20; ++i) *batch.add_requests() = LikeItem("plane", std::to_string(10 * (i % 12)), 1);
  const auto answer = client_.Call(&Stub::BatchSearch, batch);
  ASSERT_THAT(answer, Succeeded());
  ASSERT_THAT(answer.response.results(), SizeIs(20));
  for (int i = 0; i < 20; ++i) {
    const v1::BatchSearchResult& result = answer.response.results(i);
    if (i % 12 < kItems) {
      EXPECT_EQ(IdsOf(result.response()), Find(batch.requests(i))) << i;
    } else {
      EXPECT_EQ(result.error().code(), StatusCode::NOT_FOUND) << i;
    }
  }
}

TEST_P(RankingTest, PicturesOfABatchAndOfABlend) {
  const DemoCatalog catalog(3);
  ASSERT_THAT(client_.CreateCollection("shop"), Succeeded());
  std::vector<std::string> pictures;
  for (const DemoCatalog::Item& item : catalog.items()) {
    pictures.push_back(ReadFile(item.picture));
    ASSERT_THAT(client_.Upsert("shop", ItemOfImage(item.id, pictures.back())), Succeeded());
  }
  v1::BatchSearchRequest batch;
  for (const std::string& picture : pictures) *batch.add_requests() = LikeImage("shop", picture, 1);
  v1::SearchRequest& blend = *batch.add_requests();
  blend.set_collection("shop");
  for (const std::string& picture : pictures) blend.add_queries()->set_image(picture);
  const auto answer = client_.Call(&Stub::BatchSearch, batch);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(IdsOf(answer.response.results(i).response()), ElementsAre(catalog[static_cast<size_t>(i)].id));
  }
  EXPECT_THAT(answer.response.results(3).response().results(), SizeIs(3)) << answer.response.results(3).DebugString();
  // A page token carries what the pictures became.
  v1::SearchRequest paged = LikeImage("shop", pictures[0], 2);
  paged.set_page_token(client_.Search(paged).response.next_page_token());
  EXPECT_THAT(client_.Search(paged).response.results(), SizeIs(1));
}

TEST_P(RankingTest, RefusesWhatHasNoMeaningNamingTheField) {
  const auto refused = [&](const std::string& message, auto spoil) {
    v1::SearchRequest request = AtZero();
    spoil(request);
    EXPECT_THAT(client_.Search(request), Failed(StatusCode::INVALID_ARGUMENT, StartsWith(message)));
  };
  refused("queries: give either", [](auto& request) { request.add_queries()->set_id("0"); });
  refused("queries: must be 1 to 16", [](auto& request) {
    request.clear_query();
    for (int i = 0; i < 17; ++i) request.add_queries()->set_id("0");
  });
  refused("queries[0]: one of", [](auto& request) {
    request.clear_query();
    request.add_queries();
  });
  refused("query.crop:", [](auto& request) { request.mutable_query()->mutable_crop(); });
  refused("weight: one query", [](auto& request) { request.mutable_query()->set_weight(-1); });
  refused("weight: must be", [](auto& request) { request.mutable_query()->set_weight(NAN); });
  refused("queries: together they have no direction", [](auto& request) {
    request.clear_query();
    request.add_queries()->set_id("0");
    request.add_queries()->set_id("0");
    request.mutable_queries(1)->set_weight(-1);
  });
  refused("excluded_ids:", [](auto& request) {
    for (int i = 0; i < 1001; ++i) request.add_excluded_ids("a");
  });
  refused("ranking: give either", [](auto& request) {
    request.mutable_ranking();
    request.set_ranking_profile("a");
  });
  refused("ranking.signals[0].attribute: no item has", [](auto& request) {
    *request.mutable_ranking() = ByMargin(1);
    request.mutable_ranking()->mutable_signals(0)->set_attribute("nothing");
  });
  refused("ranking.signals[0].attribute: attribute \"product\" is a string", [](auto& request) {
    *request.mutable_ranking() = ByMargin(1);
    request.mutable_ranking()->mutable_signals(0)->set_attribute("product");
  });
  refused("ranking.signals[0].weight:", [](auto& request) { *request.mutable_ranking() = ByMargin(NAN); });
  refused("ranking.boosts[0].filter:",
          [](auto& request) { request.mutable_ranking()->add_boosts()->set_filter("margin <"); });
  refused("ranking.diversity.lambda:",
          [](auto& request) { request.mutable_ranking()->mutable_diversity()->set_lambda(2); });
  refused("optional_filters[0]: filter:", [](auto& request) { request.add_optional_filters("nothing = 1"); });
  refused("optional_filters: must be 0 to 8", [](auto& request) {
    for (int i = 0; i < 9; ++i) request.add_optional_filters("margin = 1");
  });
  refused("min_results: must be 1 to 3, got 0", [](auto& request) { request.set_min_results(0); });
  refused("min_results: must be 1 to 3, got 4", [](auto& request) { request.set_min_results(4); });
  refused("page_token: is not", [](auto& request) { request.set_page_token("nonsense"); });
  refused("page_token: belongs to another request",
          [&](auto& request) { request.set_page_token(client_.Search(AtZero(2)).response.next_page_token()); });
}

TEST_P(RankingTest, RefusesABatchThatIsTooLargeOrEmpty) {
  v1::BatchSearchRequest batch;
  EXPECT_THAT(client_.Call(&Stub::BatchSearch, batch),
              Failed(StatusCode::INVALID_ARGUMENT, StartsWith("requests: must be 1 to 64, got 0")));
  for (int i = 0; i < 65; ++i) *batch.add_requests() = AtZero();
  EXPECT_THAT(client_.Call(&Stub::BatchSearch, batch),
              Failed(StatusCode::INVALID_ARGUMENT, StartsWith("requests: must be 1 to 64, got 65")));
  batch.clear_requests();
  for (int i = 0; i < 2; ++i) *batch.add_requests() = AtZero(6000);
  EXPECT_THAT(client_.Call(&Stub::BatchSearch, batch),
              Failed(StatusCode::INVALID_ARGUMENT, StartsWith("requests: their k are 12000 together")));
}

TEST_P(RankingTest, RefusesAProfileThatCannotWork) {
  EXPECT_THAT(SetProfile("", ByMargin(1)), Failed(StatusCode::INVALID_ARGUMENT, StartsWith("name: is empty")));
  EXPECT_THAT(SetProfile("a/b", ByMargin(1)), Failed(StatusCode::INVALID_ARGUMENT, StartsWith("name: a ranking")));
  EXPECT_THAT(SetProfile("a", ByMargin(NAN)), Failed(StatusCode::INVALID_ARGUMENT, StartsWith("ranking.signals[0]")));
  v1::RankingProfile unknown = ByMargin(1);
  unknown.mutable_signals(0)->set_attribute("nothing");
  EXPECT_THAT(SetProfile("a", unknown), Failed(StatusCode::INVALID_ARGUMENT, HasSubstr("no item has an attribute")));
  EXPECT_THAT(DeleteProfile("a"), Failed(StatusCode::NOT_FOUND, StartsWith("name: there is no ranking profile")));
  EXPECT_THAT(client_.GetCollection("plane").response.ranking_profiles(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(OneProcessAndThree, RankingTest, testing::Bool(),
                         [](const auto& test) { return test.param ? "Three" : "One"; });

}  // namespace
}  // namespace lookalike
