// SPDX-License-Identifier: Apache-2.0
#include "libs/query/product_search.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/libs/query/fakes.h"

namespace lookalike {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class ProductSearchTest : public testing::Test {
 protected:
  void SetUp() override {
    Keep("east", {1, 0}, {{"color", "red"}});
    Keep("north", {0, 1}, {{"color", "blue"}});
    Keep("north-east", {0.70710678f, 0.70710678f}, {{"color", "blue"}});
  }

  void Keep(const std::string& id, Embedding embedding, Attributes attributes) {
    store_.items[id] = {.id = id, .attributes = std::move(attributes), .images = {{.embedding = std::move(embedding)}}};
  }

  static ProductQuery By(QueryTarget target) {
    ProductQuery query;
    query.parts.push_back({.target = std::move(target)});
    return query;
  }
  static ProductQuery ByImage(absl::string_view picture) { return By(ImageInput{.bytes = picture, .crop = {}}); }
  static ProductQuery ByItem(const std::string& id) { return By(ItemReference{id}); }

  std::vector<std::string> Find(const ProductQuery& query) {
    const auto results = search_.Search(store_.info, query, absl::InfiniteFuture());
    if (!results.ok()) return {std::string(results.status().message())};
    std::vector<std::string> ids;
    for (const ProductResult& result : results->items) ids.push_back(result.found.item.id);
    return ids;
  }

  std::string Refusal(const ProductQuery& query, absl::StatusCode code) {
    const auto results = search_.Search(store_.info, query, absl::InfiniteFuture());
    EXPECT_EQ(results.status().code(), code) << results.status();
    return std::string(results.status().message());
  }

  FakeEncoder encoder_;
  FakeStore store_;
  ProductSearch search_{&encoder_, &store_};
};

TEST_F(ProductSearchTest, TellsTheEncoderThatSomeoneWaitsAndWhetherStill) {
  ASSERT_TRUE(search_.Search(store_.info, ByImage("1,0"), absl::InfiniteFuture(), [] { return true; }).ok());
  EXPECT_EQ(encoder_.last_options.lane, Lane::kInteractive);
  EXPECT_TRUE(encoder_.last_options.is_cancelled());
}

TEST_F(ProductSearchTest, FindsByPicture) {
  EXPECT_THAT(Find(ByImage("10,1")), ElementsAre("east", "north-east", "north"));
}

TEST_F(ProductSearchTest, FindsByEmbeddingOfAnyLength) {
  EXPECT_THAT(Find(By(Embedding{1, 10})), ElementsAre("north", "north-east", "east"));
  EXPECT_EQ(encoder_.calls, 0);
}

TEST_F(ProductSearchTest, MoreLikeThisLeavesTheItemItselfOut) {
  EXPECT_THAT(Find(ByItem("east")), ElementsAre("north-east", "north"));
  ProductQuery query = ByItem("east");
  query.k = 1;
  EXPECT_THAT(Find(query), ElementsAre("north-east"));
  query.include_query_items = true;
  EXPECT_THAT(Find(query), ElementsAre("east"));
}

TEST_F(ProductSearchTest, SeveralTargetsStandForTheirWeightedSum) {
  ProductQuery query = ByItem("east");
  query.parts.push_back({.target = ImageInput{.bytes = "0,1", .crop = {}}, .weight = 0.25f});
  query.include_query_items = true;
  EXPECT_THAT(Find(query), ElementsAre("east", "north-east", "north"));
  query.parts[1].weight = -1;
  EXPECT_THAT(Find(query), ElementsAre("east", "north-east", "north"));
  EXPECT_THAT(store_.last_weights, ElementsAre(1, -1));
}

TEST_F(ProductSearchTest, LeavesOutEveryItemThatIsLookedForAndWhatIsExcludedBesides) {
  Keep("south", {0, -1}, {});
  ProductQuery query = ByItem("east");
  query.parts.push_back({.target = ItemReference{"north"}, .weight = -1});
  EXPECT_THAT(Find(query), ElementsAre("south", "north-east"));
  query.excluded_ids = {"south", "nobody"};
  query.k = 1;
  EXPECT_THAT(Find(query), ElementsAre("north-east"));
}

TEST_F(ProductSearchTest, PicturesOfOneQueryAreEncodedTogether) {
  ProductQuery query = ByImage("1,0");
  query.parts.push_back({.target = ImageInput{.bytes = "0,1", .crop = {}}});
  Find(query);
  EXPECT_EQ(encoder_.calls, 1);
  EXPECT_EQ(encoder_.pictures, 2);
}

TEST_F(ProductSearchTest, RefusesWeightsThatLookForNothing) {
  ProductQuery query = ByImage("1,0");
  const auto refused_with = [&](float weight) {
    query.parts[0].weight = weight;
    return Refusal(query, absl::StatusCode::kInvalidArgument);
  };
  EXPECT_THAT(refused_with(-1), HasSubstr("weight: one query at least needs a weight above 0"));
  EXPECT_THAT(refused_with(0), HasSubstr("weight: one query at least"));
  EXPECT_THAT(refused_with(1001), HasSubstr("weight: must be -1000 to 1000"));
  EXPECT_THAT(refused_with(-std::numeric_limits<float>::infinity()), HasSubstr("weight: must be"));
  EXPECT_THAT(refused_with(std::numeric_limits<float>::quiet_NaN()), HasSubstr("weight: must be"));
  EXPECT_EQ(encoder_.calls, 0);
}

TEST_F(ProductSearchTest, RefusesMoreThanItTakes) {
  ProductQuery query = ByItem("east");
  query.parts.resize(kMaxQueryParts + 1, query.parts[0]);
  EXPECT_THAT(Refusal(query, absl::StatusCode::kInvalidArgument), HasSubstr("queries: must be 1 to 16, got 17"));
  query.parts.clear();
  EXPECT_THAT(Refusal(query, absl::StatusCode::kInvalidArgument), HasSubstr("queries: must be 1 to 16, got 0"));
  query = ByItem("east");
  query.optional_filters.resize(kMaxOptionalFilters + 1);
  EXPECT_THAT(Refusal(query, absl::StatusCode::kInvalidArgument), HasSubstr("optional_filters: must be 0 to 8, got 9"));
  query = ByItem("east");
  query.min_results = 11;
  EXPECT_THAT(Refusal(query, absl::StatusCode::kInvalidArgument), HasSubstr("min_results: must be 1 to 10, got 11"));
  query = ByItem("east");
  query.ranking.diversity = Diversity{0.5};
  query.k = 1001;
  EXPECT_THAT(Refusal(query, absl::StatusCode::kInvalidArgument), HasSubstr("k: must be at most 1000 with diversity"));
  query = ByItem("east");
  query.excluded_ids.resize(kMaxExcludedIds + 1);
  EXPECT_THAT(Refusal(query, absl::StatusCode::kInvalidArgument), HasSubstr("excluded_ids: must be 0 to 1000"));
}

TEST_F(ProductSearchTest, FiltersAndDropsWhatIsNotSimilarEnough) {
  ProductQuery query = ByImage("1,0");
  query.filter = *Filter::Parse("color = \"blue\"");
  EXPECT_THAT(Find(query), ElementsAre("north-east", "north"));
  query.min_score = 0.5f;
  EXPECT_THAT(Find(query), ElementsAre("north-east"));
}

TEST_F(ProductSearchTest, RefusesWithoutAForwardPassWhatCanBeRefused) {
  ProductQuery query = ByImage("1,0");
  query.k = 0;
  EXPECT_THAT(Refusal(query, absl::StatusCode::kInvalidArgument), HasSubstr("k: must be"));
  query.k = kMaxResults + 1;
  EXPECT_THAT(Refusal(query, absl::StatusCode::kInvalidArgument), HasSubstr("k: must be"));
  query.k = 1;
  query.min_score = 1.5f;
  EXPECT_THAT(Refusal(query, absl::StatusCode::kInvalidArgument), HasSubstr("min_score"));
  query.min_score.reset();
  query.filter = *Filter::Parse("size = 3");
  EXPECT_THAT(Refusal(query, absl::StatusCode::kInvalidArgument), HasSubstr("size"));
  query.filter = {};
  query.optional_filters = {*Filter::Parse("color = \"red\""), *Filter::Parse("size = 3")};
  EXPECT_THAT(Refusal(query, absl::StatusCode::kInvalidArgument), HasSubstr("optional_filters[1]: filter: no item"));
  query.optional_filters.clear();
  query.ranking.grouping = Grouping{"size"};
  EXPECT_THAT(Refusal(query, absl::StatusCode::kInvalidArgument), HasSubstr("ranking.grouping.attribute: no item"));
  EXPECT_EQ(encoder_.calls, 0);
}

TEST_F(ProductSearchTest, EveryReadMustHaveSeenTheWriteThatTheQueryNames) {
  ProductQuery query = ByItem("east");
  query.min_sequence = 7;
  Find(query);
  EXPECT_THAT(store_.min_sequences, ElementsAre(7, 7));
}

TEST_F(ProductSearchTest, LeavesTheFilterToTheStoreWhileTheWriteIsAwaitedThatMayBringItsAttribute) {
  ProductQuery query = ByItem("east");
  query.filter = *Filter::Parse("size = 3");
  store_.info.sequence = 6;
  query.min_sequence = 7;
  EXPECT_TRUE(search_.Search(store_.info, query, absl::InfiniteFuture()).ok());
  query.min_sequence = 6;
  EXPECT_THAT(Refusal(query, absl::StatusCode::kInvalidArgument), HasSubstr("size"));
}

TEST_F(ProductSearchTest, SaysWhatIsWrongWithThePictureOrTheItem) {
  EXPECT_THAT(Refusal(ByImage("not a picture"), absl::StatusCode::kInvalidArgument), HasSubstr("image:"));
  EXPECT_THAT(Refusal(ByItem("nowhere"), absl::StatusCode::kNotFound), HasSubstr("id:"));
}

TEST_F(ProductSearchTest, RefusesAPictureOfAnotherModelNamingBoth) {
  encoder_.model_id = "model-b";
  EXPECT_THAT(Refusal(ByImage("1,0"), absl::StatusCode::kFailedPrecondition),
              AllOf(HasSubstr("model-a"), HasSubstr("model-b")));
  EXPECT_THAT(Find(ByItem("east")), ElementsAre("north-east", "north")) << "an item's own embedding stays comparable";
}

TEST_F(ProductSearchTest, RefusesAPictureWhereTheCollectionHasNoModel) {
  store_.info.spec.model_id = "";
  EXPECT_THAT(Refusal(ByImage("1,0"), absl::StatusCode::kFailedPrecondition), HasSubstr("the caller's own"));
}

TEST_F(ProductSearchTest, PassesOnThatTheEncoderIsBusy) {
  encoder_.failures.push_back(absl::ResourceExhaustedError("the queue is full"));
  EXPECT_THAT(Refusal(ByImage("1,0"), absl::StatusCode::kResourceExhausted), HasSubstr("queue"));
}

}  // namespace
}  // namespace lookalike
