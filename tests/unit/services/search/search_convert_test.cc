// SPDX-License-Identifier: Apache-2.0
#include "services/search/search_convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using testing::HasSubstr;

std::string Refusal(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  return std::string(status.message());
}

v1::SearchRequest LikeItem(const std::string& id) {
  v1::SearchRequest request;
  request.mutable_query()->set_id(id);
  return request;
}

TEST(ToProductQueryTest, TakesEveryKindOfTarget) {
  v1::SearchRequest by_image;
  by_image.mutable_query()->set_image("bytes");
  by_image.mutable_query()->mutable_crop()->set_right(0.5f);
  const auto query = ToProductQuery(by_image);
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(std::get<ImageInput>(query->parts[0].target).bytes, "bytes");
  EXPECT_EQ(std::get<ImageInput>(query->parts[0].target).crop->right, 0.5f);
  EXPECT_EQ(query->parts[0].weight, 1) << "the default";
  EXPECT_EQ(query->k, 10u) << "the default";

  EXPECT_EQ(std::get<ItemReference>(ToProductQuery(LikeItem("x"))->parts[0].target).id, "x");

  v1::SearchRequest by_embedding;
  by_embedding.mutable_query()->mutable_embedding()->add_values(3);
  EXPECT_EQ(std::get<Embedding>(ToProductQuery(by_embedding)->parts[0].target), Embedding{3});
}

TEST(ToProductQueryTest, TakesSeveralQueriesWithTheirWeights) {
  v1::SearchRequest request;
  request.add_queries()->set_id("like");
  request.add_queries()->set_id("unlike");
  request.mutable_queries(1)->set_weight(-0.5f);
  const auto query = ToProductQuery(request);
  ASSERT_TRUE(query.ok());
  ASSERT_EQ(query->parts.size(), 2u);
  EXPECT_EQ(query->parts[0].weight, 1);
  EXPECT_EQ(query->parts[1].weight, -0.5f);
}

TEST(ToProductQueryTest, RefusesWhatHasNoMeaning) {
  v1::SearchRequest request;
  EXPECT_THAT(Refusal(ToProductQuery(request).status()), HasSubstr("query: one of"));
  request = LikeItem("x");
  request.mutable_query()->mutable_crop();
  EXPECT_THAT(Refusal(ToProductQuery(request).status()), HasSubstr("query.crop:"));
  request = LikeItem("x");
  request.set_filter("price <");
  EXPECT_THAT(Refusal(ToProductQuery(request).status()), HasSubstr("filter:"));
  request = LikeItem("x");
  request.add_queries()->set_id("y");
  EXPECT_THAT(Refusal(ToProductQuery(request).status()), HasSubstr("queries: give either"));
  request.clear_query();
  request.add_queries();
  EXPECT_THAT(Refusal(ToProductQuery(request).status()), HasSubstr("queries[1]: one of"));
  request.mutable_queries(1)->set_id("z");
  request.mutable_queries(1)->mutable_crop();
  EXPECT_THAT(Refusal(ToProductQuery(request).status()), HasSubstr("queries[1].crop:"));
}

TEST(ToProductQueryTest, KeepsWhichWriteTheSearchMustHaveSeen) {
  v1::SearchRequest request = LikeItem("x");
  EXPECT_EQ(ToProductQuery(request)->min_sequence, 0u);
  request.set_min_sequence(12);
  EXPECT_EQ(ToProductQuery(request)->min_sequence, 12u);
}

TEST(ToProductQueryTest, AnExplicitKOfZeroStaysZero) {
  v1::SearchRequest request = LikeItem("x");
  request.set_k(0);
  EXPECT_EQ(ToProductQuery(request)->k, 0u);
}

TEST(ToProductQueryTest, KeepsWhatIsNoResult) {
  v1::SearchRequest request = LikeItem("x");
  request.add_excluded_ids("a");
  request.add_excluded_ids("b");
  request.set_include_query_items(true);
  EXPECT_THAT(ToProductQuery(request)->excluded_ids, testing::ElementsAre("a", "b"));
  EXPECT_TRUE(ToProductQuery(request)->include_query_items);
}

TEST(ToProductQueryTest, TakesTheOrderAndTheOptionalFilters) {
  v1::SearchRequest request = LikeItem("x");
  EXPECT_EQ(ToProductQuery(request)->min_results, 1u) << "the default";
  request.mutable_ranking()->mutable_diversity()->set_lambda(0.5);
  request.set_explain(true);
  request.add_optional_filters("price < 80");
  request.set_min_results(3);
  const auto query = ToProductQuery(request);
  ASSERT_TRUE(query.ok());
  EXPECT_EQ(query->ranking.diversity->lambda, 0.5);
  EXPECT_TRUE(query->explain);
  EXPECT_EQ(query->optional_filters[0].ToString(), "price < 80");
  EXPECT_EQ(query->min_results, 3u);
}

TEST(ToProductQueryTest, RefusesAnOrderThatIsNone) {
  v1::SearchRequest request = LikeItem("x");
  request.mutable_ranking()->set_oversample(0.5);
  EXPECT_THAT(Refusal(ToProductQuery(request).status()), HasSubstr("ranking.oversample:"));
  request.mutable_ranking()->clear_oversample();
  request.set_ranking_profile("sale");
  EXPECT_THAT(Refusal(ToProductQuery(request).status()), HasSubstr("ranking: give either"));
  request = LikeItem("x");
  request.add_optional_filters("price < 80");
  request.add_optional_filters("price <");
  EXPECT_THAT(Refusal(ToProductQuery(request).status()), HasSubstr("optional_filters[1]: filter: at byte"));
}

TEST(ProfileOfTest, IsTheOneThatIsNamedOrTheDefault) {
  CollectionInfo shop;
  v1::SearchRequest request = LikeItem("x");
  EXPECT_EQ(*ProfileOf(request, shop), "") << "there is none";
  shop.ranking_profiles = {{"default", "1"}, {"sale", "2"}};
  EXPECT_EQ(*ProfileOf(request, shop), "1");
  request.set_ranking_profile("sale");
  EXPECT_EQ(*ProfileOf(request, shop), "2");
  request.set_ranking_profile("none");
  EXPECT_EQ(ProfileOf(request, shop).status().code(), absl::StatusCode::kNotFound);
  request.clear_ranking_profile();
  request.mutable_ranking();
  EXPECT_EQ(*ProfileOf(request, shop), "") << "an empty one of the request's own is in force";
}

TEST(SearchResponseTest, NamesTheDroppedFiltersTheLastFirst) {
  v1::SearchRequest request;
  for (const char* filter : {"a = 1", "b = 1", "c = 1"}) request.add_optional_filters(filter);
  ProductResults results;
  results.dropped_filters = 2;
  v1::SearchResponse response;
  ToProto(results, request, response);
  EXPECT_THAT(response.dropped_filters(), testing::ElementsAre("c = 1", "b = 1"));
}

TEST(SearchResponseTest, ExplainsOnDemandAlone) {
  ProductResult result;
  result.found.item.id = "a";
  result.found.score = 0.5f;
  result.found.embedding = {1, 0};
  result.score = 0.75f;
  result.parts = {{"similarity", 0.5, 1.5, false}};
  result.redundancy = 0.25f;
  ProductResults results;
  results.items.push_back(result);
  v1::SearchRequest request;
  v1::SearchResponse plain, explained;
  ToProto(results, request, plain);
  EXPECT_EQ(plain.results(0).score(), 0.75f);
  EXPECT_EQ(plain.results(0).similarity(), 0.5f);
  EXPECT_FALSE(plain.results(0).has_explanation() || plain.results(0).has_embedding());
  request.set_explain(true);
  ToProto(results, request, explained);
  EXPECT_EQ(explained.results(0).explanation().parts(0).contribution(), 0.75);
  EXPECT_EQ(explained.results(0).explanation().redundancy(), 0.25f);
}

TEST(ToProductUpdateTest, RefusesWhatHasNoMeaning) {
  v1::UpsertItem item;
  item.add_images()->set_image("a picture");
  v1::UpsertImage& second = *item.add_images();
  EXPECT_THAT(Refusal(ToProductUpdate(item).status()), HasSubstr("images[1].source:"));
  second.mutable_embedding()->add_values(1);
  second.mutable_crop();
  EXPECT_THAT(Refusal(ToProductUpdate(item).status()), HasSubstr("images[1].crop:"));
  second.clear_crop();
  (*item.mutable_attributes())["size"].mutable_struct_value();
  EXPECT_THAT(Refusal(ToProductUpdate(item).status()), HasSubstr("attributes: \"size\""));
}

TEST(ToProductUpdateTest, KeepsImagesInTheirOrder) {
  v1::UpsertItem item;
  item.add_images()->set_image("a picture");
  item.mutable_images(0)->mutable_crop()->set_right(0.5f);
  item.add_images()->mutable_embedding()->add_values(1);
  const absl::StatusOr<ProductUpdate> update = ToProductUpdate(item);
  ASSERT_TRUE(update.ok()) << update.status();
  ASSERT_EQ(update->images.size(), 2u);
  EXPECT_EQ(std::get<ImageInput>(update->images[0]).bytes, "a picture");
  EXPECT_EQ(std::get<ImageInput>(update->images[0]).crop->right, 0.5f);
  EXPECT_EQ(std::get<Embedding>(update->images[1]), Embedding{1});
}

TEST(ToProductUpdateTest, ANullAttributeIsAbsent) {
  v1::UpsertItem item;
  (*item.mutable_attributes())["size"].set_null_value(google::protobuf::NULL_VALUE);
  (*item.mutable_attributes())["color"].set_string_value("red");
  EXPECT_EQ(ToProductUpdate(item)->attributes, (Attributes{{"color", "red"}}));
}

}  // namespace
}  // namespace lookalike
