// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/catalog.h"

#include <limits>

#include "tests/unit/libs/catalog/catalog_fixture.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using testing::HasSubstr;
using testing::IsEmpty;

using CatalogTest = CatalogFixture;

std::string MessageOf(const absl::Status& status, absl::StatusCode code) {
  EXPECT_EQ(status.code(), code) << status;
  return std::string(status.message());
}

TEST_F(CatalogTest, FindsTheMostSimilarFirst) {
  ASSERT_TRUE(Put(MakeItem("east", {1, 0, 0, 0})).ok());
  ASSERT_TRUE(Put(MakeItem("north", {0, 1, 0, 0})).ok());
  ASSERT_TRUE(Put(MakeItem("north-east", {1, 1, 0, 0})).ok());
  EXPECT_THAT(Find({3, 0.3f, 0, 0}, 10), ElementsAre("east", "north-east", "north"));
}

TEST_F(CatalogTest, ScoresAreCosines) {
  ASSERT_TRUE(Put(MakeItem("diagonal", {2, 2, 0, 0})).ok());
  const auto results = Search({1, 0, 0, 0}, 1);
  ASSERT_TRUE(results.ok());
  EXPECT_THAT(results->front().score, FloatEq(0.70710678f));
}

TEST_F(CatalogTest, EqualScoresAreOrderedById) {
  for (const char* id : {"c", "a", "b"}) ASSERT_TRUE(Put(MakeItem(id, {1, 0, 0, 0})).ok());
  EXPECT_THAT(Find({1, 0, 0, 0}, 3), ElementsAre("a", "b", "c"));
}

TEST_F(CatalogTest, AnUpsertReplacesTheItemWhole) {
  ASSERT_TRUE(Put(MakeItem("x", {1, 0, 0, 0}, {{"color", "red"}, {"size", 42.0}})).ok());
  ASSERT_TRUE(Put(MakeItem("x", {0, 1, 0, 0}, {{"color", "blue"}})).ok());
  const auto item = GetItem("x");
  ASSERT_TRUE(item.ok());
  EXPECT_EQ(item->attributes, (Attributes{{"color", "blue"}}));
  EXPECT_THAT(item->images[0].embedding, ElementsAre(0, 1, 0, 0));
  EXPECT_EQ(Info().items, 1u);
  EXPECT_EQ(Search({1, 0, 0, 0}, 5)->front().score, 0);
}

TEST_F(CatalogTest, ADeletedItemIsGoneAtOnce) {
  ASSERT_TRUE(Put(MakeItem("x", {1, 0, 0, 0})).ok());
  ASSERT_TRUE(Remove("x").ok());
  EXPECT_THAT(Find({1, 0, 0, 0}, 5), IsEmpty());
  EXPECT_EQ(GetItem("x").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Remove("x").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Info().items, 0u);
  EXPECT_THAT(ListAll(10), IsEmpty());
}

TEST_F(CatalogTest, FiltersAreExact) {
  ASSERT_TRUE(Put(MakeItem("near", {1, 0, 0, 0}, {{"price", 100.0}})).ok());
  ASSERT_TRUE(Put(MakeItem("far", {0, 1, 0, 0}, {{"price", 50.0}})).ok());
  EXPECT_THAT(Find({1, 0, 0, 0}, 1, "price < 80"), ElementsAre("far"));
  EXPECT_THAT(Find({1, 0, 0, 0}, 5, "price > 1000"), IsEmpty());
}

TEST_F(CatalogTest, AFilterOnAnUnknownAttributeOrOfAnotherTypeIsRefused) {
  ASSERT_TRUE(Put(MakeItem("x", {1, 0, 0, 0}, {{"price", 100.0}})).ok());
  EXPECT_THAT(MessageOf(Search({1, 0, 0, 0}, 1, "cost < 80").status(), absl::StatusCode::kInvalidArgument),
              HasSubstr("cost"));
  EXPECT_THAT(MessageOf(Search({1, 0, 0, 0}, 1, "price = \"cheap\"").status(), absl::StatusCode::kInvalidArgument),
              HasSubstr("price"));
}

TEST_F(CatalogTest, LeavesOutWhatIsLessSimilarThanAsked) {
  ASSERT_TRUE(Put(MakeItem("same", {1, 0, 0, 0})).ok());
  ASSERT_TRUE(Put(MakeItem("other", {0, 1, 0, 0})).ok());
  const Embedding query = {1, 0, 0, 0};
  StoreQuery store_query;
  store_query.embeddings = std::span<const Embedding>(&query, 1);
  store_query.min_score = 0.5f;
  const auto results = catalog_->Search(kShoes, store_query, absl::InfiniteFuture());
  ASSERT_TRUE(results.ok());
  ASSERT_EQ(results->front().size(), 1u);
  EXPECT_EQ(results->front().front().item.id, "same");
}

TEST_F(CatalogTest, JudgesEachItemOfABatchByItself) {
  std::vector<Item> items;
  items.push_back(MakeItem("good", {1, 0, 0, 0}));
  items.push_back(MakeItem("short", {1, 0, 0}));
  items.push_back(MakeItem("zero", {0, 0, 0, 0}));
  items.push_back(MakeItem("nan", {std::numeric_limits<float>::quiet_NaN(), 0, 0, 0}));
  items.push_back(MakeItem("", {1, 0, 0, 0}));
  const auto result = catalog_->Upsert(kShoes, kModel, std::move(items), absl::InfiniteFuture());
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->items[0].ok());
  EXPECT_THAT(MessageOf(result->items[1], absl::StatusCode::kInvalidArgument), HasSubstr("embedding: has 3 values"));
  EXPECT_THAT(MessageOf(result->items[2], absl::StatusCode::kInvalidArgument), HasSubstr("embedding: all values"));
  EXPECT_THAT(MessageOf(result->items[3], absl::StatusCode::kInvalidArgument), HasSubstr("embedding: value 0"));
  EXPECT_THAT(MessageOf(result->items[4], absl::StatusCode::kInvalidArgument), HasSubstr("id: is empty"));
  EXPECT_THAT(ListAll(10), ElementsAre("good"));
}

TEST_F(CatalogTest, TheLaterOfTwoEqualIdsInABatchCounts) {
  std::vector<Item> items;
  items.push_back(MakeItem("x", {1, 0, 0, 0}));
  items.push_back(MakeItem("x", {0, 1, 0, 0}));
  ASSERT_TRUE(catalog_->Upsert(kShoes, kModel, std::move(items), absl::InfiniteFuture()).ok());
  EXPECT_THAT(GetItem("x")->images[0].embedding, ElementsAre(0, 1, 0, 0));
  EXPECT_EQ(Search({0, 1, 0, 0}, 5)->size(), 1u);
  EXPECT_EQ(Info().items, 1u);
}

TEST_F(CatalogTest, TheFirstItemWithAnAttributeDecidesItsType) {
  ASSERT_TRUE(Put(MakeItem("x", {1, 0, 0, 0}, {{"size", 42.0}})).ok());
  EXPECT_THAT(MessageOf(Put(MakeItem("y", {1, 0, 0, 0}, {{"size", "M"}})), absl::StatusCode::kInvalidArgument),
              HasSubstr("size"));
  Reopen();
  EXPECT_THAT(MessageOf(Put(MakeItem("y", {1, 0, 0, 0}, {{"size", "M"}})), absl::StatusCode::kInvalidArgument),
              HasSubstr("size"));
}

TEST_F(CatalogTest, RefusesEmbeddingsOfAnotherModelNamingBoth) {
  const std::string message =
      MessageOf(PutAs("model-b", MakeItem("x", {1, 0, 0, 0})), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(message, HasSubstr("model-a"));
  EXPECT_THAT(message, HasSubstr("model-b"));
  EXPECT_TRUE(PutAs("", MakeItem("x", {1, 0, 0, 0})).ok()) << "embeddings of unstated origin are the caller's affair";
}

TEST_F(CatalogTest, EveryWriteGetsTheNextSequenceNumber) {
  ASSERT_TRUE(Put(MakeItem("x", {1, 0, 0, 0})).ok());
  ASSERT_TRUE(Put(MakeItem("y", {1, 0, 0, 0})).ok());
  ASSERT_TRUE(Remove("x").ok());
  EXPECT_EQ(GetItem("y")->sequence, 2u);
  EXPECT_EQ(Info().sequence, 3u);
  Reopen();
  EXPECT_EQ(Info().sequence, 3u);
  ASSERT_TRUE(Put(MakeItem("z", {1, 0, 0, 0})).ok());
  EXPECT_EQ(GetItem("z")->sequence, 4u);
}

TEST_F(CatalogTest, ListsEveryItemOnceInTheOrderOfIds) {
  for (const char* id : {"b", "a", "bb", "c", "ab"}) ASSERT_TRUE(Put(MakeItem(id, {1, 0, 0, 0})).ok());
  for (const size_t limit : {1, 2, 3, 5, 100}) {
    EXPECT_THAT(ListAll(limit), ElementsAre("a", "ab", "b", "bb", "c")) << "pages of " << limit;
  }
}

TEST_F(CatalogTest, RefusesCountsOutOfRangeNamingTheField) {
  EXPECT_THAT(MessageOf(Search({1, 0, 0, 0}, 0).status(), absl::StatusCode::kInvalidArgument), HasSubstr("k: must be"));
  EXPECT_THAT(MessageOf(Search({1, 0, 0, 0}, 10'000'000).status(), absl::StatusCode::kInvalidArgument),
              HasSubstr("k: must be"));
  EXPECT_THAT(MessageOf(Search({1, 0, 0}, 1).status(), absl::StatusCode::kInvalidArgument),
              HasSubstr("dimension is 4"));
  EXPECT_THAT(MessageOf(catalog_->List(kShoes, {.limit = 0}, absl::InfiniteFuture()).status(),
                        absl::StatusCode::kInvalidArgument),
              HasSubstr("limit"));
  EXPECT_THAT(MessageOf(catalog_->List(kShoes, {.cursor = "not a cursor!"}, absl::InfiniteFuture()).status(),
                        absl::StatusCode::kInvalidArgument),
              HasSubstr("cursor"));
}

TEST_F(CatalogTest, AnExpiredDeadlineIsRefusedBeforeAnythingHappens) {
  std::vector<Item> items;
  items.push_back(MakeItem("x", {1, 0, 0, 0}));
  const auto written = catalog_->Upsert(kShoes, kModel, std::move(items), absl::Now() - absl::Seconds(1));
  EXPECT_EQ(written.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Info().items, 0u);
}

TEST_F(CatalogTest, CollectionsKeepTheirItemsApart) {
  ASSERT_TRUE(catalog_->CreateCollection({"bags", kDimension, ""}, absl::InfiniteFuture()).ok());
  ASSERT_TRUE(Put(MakeItem("x", {1, 0, 0, 0})).ok());
  EXPECT_EQ(catalog_->GetCollection("bags", absl::InfiniteFuture())->items, 0u);
  ASSERT_TRUE(catalog_->DeleteCollection("bags", absl::InfiniteFuture()).ok());
  EXPECT_THAT(ListAll(10), ElementsAre("x"));
}

TEST_F(CatalogTest, ADeletedCollectionIsGoneAndItsNameIsFree) {
  ASSERT_TRUE(Put(MakeItem("x", {1, 0, 0, 0}, {{"size", 42.0}})).ok());
  ASSERT_TRUE(catalog_->DeleteCollection(kShoes, absl::InfiniteFuture()).ok());
  EXPECT_EQ(Put(MakeItem("y", {1, 0, 0, 0})).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(catalog_->DeleteCollection(kShoes, absl::InfiniteFuture()).code(), absl::StatusCode::kNotFound);
  Reopen();
  ASSERT_TRUE(catalog_->CreateCollection({kShoes, kDimension, kModel}, absl::InfiniteFuture()).ok());
  EXPECT_THAT(ListAll(10), IsEmpty());
  EXPECT_TRUE(Info().schema.empty());
}

TEST_F(CatalogTest, RefusesATakenNameAndABadOne) {
  EXPECT_EQ(catalog_->CreateCollection({kShoes, kDimension, kModel}, absl::InfiniteFuture()).code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(catalog_->CreateCollection({"../etc", kDimension, ""}, absl::InfiniteFuture()).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(catalog_->CreateCollection({"bags", 0, ""}, absl::InfiniteFuture()).code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace lookalike
