// SPDX-License-Identifier: Apache-2.0
#include "libs/query/product_search.h"

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

  static ProductQuery ByImage(absl::string_view picture) {
    ProductQuery query;
    query.target = ImageInput{.bytes = picture, .crop = {}};
    return query;
  }
  static ProductQuery ByItem(const std::string& id) {
    ProductQuery query;
    query.target = ItemReference{id};
    return query;
  }

  std::vector<std::string> Find(const ProductQuery& query) {
    const auto results = search_.Search("shoes", query, absl::InfiniteFuture());
    if (!results.ok()) return {std::string(results.status().message())};
    std::vector<std::string> ids;
    for (const ScoredItem& item : results->items) ids.push_back(item.item.id);
    return ids;
  }

  std::string Refusal(const ProductQuery& query, absl::StatusCode code) {
    const auto results = search_.Search("shoes", query, absl::InfiniteFuture());
    EXPECT_EQ(results.status().code(), code) << results.status();
    return std::string(results.status().message());
  }

  FakeEncoder encoder_;
  FakeStore store_;
  ProductSearch search_{&encoder_, &store_};
};

TEST_F(ProductSearchTest, TellsTheEncoderThatSomeoneWaitsAndWhetherStill) {
  ASSERT_TRUE(search_.Search("shoes", ByImage("1,0"), absl::InfiniteFuture(), [] { return true; }).ok());
  EXPECT_EQ(encoder_.last_options.lane, Lane::kInteractive);
  EXPECT_TRUE(encoder_.last_options.is_cancelled());
}

TEST_F(ProductSearchTest, FindsByPicture) {
  EXPECT_THAT(Find(ByImage("10,1")), ElementsAre("east", "north-east", "north"));
}

TEST_F(ProductSearchTest, FindsByEmbeddingOfAnyLength) {
  ProductQuery query;
  query.target = Embedding{1, 10};
  EXPECT_THAT(Find(query), ElementsAre("north", "north-east", "east"));
  EXPECT_EQ(encoder_.calls, 0);
}

TEST_F(ProductSearchTest, MoreLikeThisLeavesTheItemItselfOut) {
  EXPECT_THAT(Find(ByItem("east")), ElementsAre("north-east", "north"));
  ProductQuery query = ByItem("east");
  query.k = 1;
  EXPECT_THAT(Find(query), ElementsAre("north-east"));
  std::get<ItemReference>(query.target).include_itself = true;
  EXPECT_THAT(Find(query), ElementsAre("east"));
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
  EXPECT_EQ(search_.Search("bags", ByImage("1,0"), absl::InfiniteFuture()).status().code(),
            absl::StatusCode::kNotFound);
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
  EXPECT_TRUE(search_.Search("shoes", query, absl::InfiniteFuture()).ok());
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
