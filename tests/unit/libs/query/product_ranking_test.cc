// SPDX-License-Identifier: Apache-2.0
// Searches under ranking profiles: candidates, scores, what is given of them; and filters that give way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/query/product_search.h"
#include "tests/unit/libs/query/fakes.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ProductRankingTest : public testing::Test {
 protected:
  ProductRankingTest() {
    store_.info.schema = {{"color", AttributeType::kString}, {"margin", AttributeType::kNumber}};
    query_.parts.push_back({.target = Embedding{1, 0}});
  }

  // An item whose similarity to the query is `similarity`.
  void Keep(const std::string& id, float similarity, Attributes attributes = {}) {
    store_.items[id].id = id;
    store_.items[id].attributes = std::move(attributes);
    store_.items[id].images = {{.embedding = {similarity, std::sqrt(1 - similarity * similarity)}}};
  }

  ProductResults Search() {
    auto results = search_.Search(store_.info, query_, absl::InfiniteFuture());
    EXPECT_TRUE(results.ok()) << results.status();
    return results.ok() ? *std::move(results) : ProductResults{};
  }
  std::vector<std::string> Find() {
    std::vector<std::string> ids;
    for (const ProductResult& result : Search().items) ids.push_back(result.found.item.id);
    return ids;
  }

  void WeighMargin(double weight) {
    query_.ranking.signals.push_back({.attribute = "margin", .weight = weight, .scale = LinearScale{0, 1}});
  }

  FakeEncoder encoder_;
  FakeStore store_;
  ProductSearch search_{&encoder_, &store_};
  ProductQuery query_;
};

TEST_F(ProductRankingTest, GivesScoreAndSimilarityOfEachResult) {
  Keep("similar", 0.9f, {{"margin", 0.0}});
  Keep("lucrative", 0.5f, {{"margin", 1.0}});
  WeighMargin(0.5);
  const ProductResults results = Search();
  ASSERT_THAT(results.items, SizeIs(2));
  EXPECT_EQ(results.items[0].found.item.id, "lucrative");
  EXPECT_FLOAT_EQ(results.items[0].score, 1.0f);
  EXPECT_FLOAT_EQ(results.items[0].found.score, 0.5f);
  EXPECT_THAT(results.items[0].parts, IsEmpty()) << "not asked for";
}

TEST_F(ProductRankingTest, ExplainsWhereItIsAsked) {
  Keep("a", 0.5f, {{"margin", 1.0}});
  WeighMargin(0.5);
  query_.explain = true;
  const std::vector<ScorePart> parts = Search().items[0].parts;
  ASSERT_THAT(parts, SizeIs(2));
  EXPECT_NEAR(parts[0].weight * parts[0].value + parts[1].weight * parts[1].value, 1, 1e-6);
}

TEST_F(ProductRankingTest, RanksOversampleTimesKCandidatesAndNoMore) {
  for (int i = 0; i < 10; ++i) {
    Keep(std::to_string(i), 0.9f - 0.05f * static_cast<float>(i), {{"margin", static_cast<double>(i) / 10}});
  }
  WeighMargin(100);
  query_.k = 2;
  query_.ranking.oversample = 2;
  EXPECT_THAT(Find(), ElementsAre("3", "2")) << "the best of the 4 most similar";
  query_.ranking.oversample = 100;
  EXPECT_THAT(Find(), ElementsAre("9", "8"));
}

TEST_F(ProductRankingTest, SignalsLiftNothingFromBelowTheFloor) {
  Keep("similar", 0.9f, {{"margin", 0.0}});
  Keep("unlike", 0.2f, {{"margin", 1.0}});
  WeighMargin(100);
  EXPECT_THAT(Find(), ElementsAre("unlike", "similar"));
  query_.ranking.min_similarity = 0.3f;
  EXPECT_THAT(Find(), ElementsAre("similar"));
  query_.min_score = 0.95f;
  EXPECT_THAT(Find(), IsEmpty()) << "the higher of both counts";
}

TEST_F(ProductRankingTest, OneOfEachGroup) {
  Keep("red-1", 0.9f, {{"color", "red"}});
  Keep("red-2", 0.8f, {{"color", "red"}});
  Keep("blue", 0.7f, {{"color", "blue"}});
  query_.ranking.grouping = Grouping{.attribute = "color"};
  EXPECT_THAT(Find(), ElementsAre("red-1", "blue"));
}

TEST_F(ProductRankingTest, DiversityComparesTheEmbeddingsOfCandidates) {
  Keep("best", 0.9f);
  Keep("twin", 0.89f);
  store_.items["other"].id = "other";
  store_.items["other"].images = {{.embedding = {0.6f, -0.8f}}};
  query_.ranking.diversity = Diversity{0.5};
  EXPECT_THAT(Find(), ElementsAre("best", "other", "twin"));
  EXPECT_FLOAT_EQ(*Search().items[0].redundancy, 0);
}

TEST_F(ProductRankingTest, EqualItemsAreCutByIdWhateverTheStoreFindsFirst) {
  for (const char* id : {"a", "b", "c", "d", "e", "f"}) Keep(id, 0.5f);
  query_.k = 2;
  EXPECT_THAT(Find(), ElementsAre("a", "b"));
}

TEST_F(ProductRankingTest, OptionalFiltersHoldAsLongAsThereIsEnough) {
  Keep("red", 0.5f, {{"color", "red"}, {"margin", 1.0}});
  Keep("blue", 0.9f, {{"color", "blue"}, {"margin", 1.0}});
  Keep("poor", 0.95f, {{"color", "red"}, {"margin", 0.0}});
  query_.optional_filters = {*Filter::Parse("margin > 0.5"), *Filter::Parse("color = \"red\"")};
  EXPECT_THAT(Find(), ElementsAre("red"));
  EXPECT_EQ(Search().dropped_filters, 0u);
  query_.min_results = 2;
  EXPECT_THAT(Find(), ElementsAre("blue", "red")) << "the last is dropped first";
  EXPECT_EQ(Search().dropped_filters, 1u);
  query_.min_results = 3;
  EXPECT_THAT(Find(), ElementsAre("poor", "blue", "red"));
  query_.min_results = 4;
  EXPECT_THAT(Find(), SizeIs(3)) << "there are no more";
  EXPECT_EQ(Search().dropped_filters, 2u);
}

TEST_F(ProductRankingTest, TheFilterItselfIsNeverDropped) {
  Keep("blue", 0.9f, {{"color", "blue"}, {"margin", 1.0}});
  query_.filter = *Filter::Parse("color = \"red\" or color = \"green\"");
  query_.optional_filters = {*Filter::Parse("margin > 0.5 or margin < 0")};
  EXPECT_THAT(Find(), IsEmpty());
}

}  // namespace
}  // namespace lookalike
