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

TEST(ToProductQueryTest, TakesEveryKindOfTarget) {
  v1::SearchRequest request;
  request.set_image("bytes");
  request.mutable_crop()->set_right(0.5f);
  const auto by_image = ToProductQuery(request);
  ASSERT_TRUE(by_image.ok());
  EXPECT_EQ(std::get<ImageInput>(by_image->target).bytes, "bytes");
  EXPECT_EQ(std::get<ImageInput>(by_image->target).crop->right, 0.5f);
  EXPECT_EQ(by_image->k, 10u) << "the default";

  v1::SearchRequest by_id;
  by_id.set_item_id("x");
  by_id.set_include_query_item(true);
  EXPECT_TRUE(std::get<ItemReference>(ToProductQuery(by_id)->target).include_itself);

  v1::SearchRequest by_embedding;
  by_embedding.mutable_embedding()->add_values(3);
  EXPECT_EQ(std::get<Embedding>(ToProductQuery(by_embedding)->target), Embedding{3});
}

TEST(ToProductQueryTest, RefusesWhatHasNoMeaning) {
  v1::SearchRequest request;
  EXPECT_THAT(Refusal(ToProductQuery(request).status()), HasSubstr("query:"));
  request.set_item_id("x");
  request.mutable_crop();
  EXPECT_THAT(Refusal(ToProductQuery(request).status()), HasSubstr("crop:"));
  request.clear_crop();
  request.set_filter("price <");
  EXPECT_THAT(Refusal(ToProductQuery(request).status()), HasSubstr("filter:"));
  request.clear_filter();
  request.set_image("bytes");
  request.set_include_query_item(true);
  EXPECT_THAT(Refusal(ToProductQuery(request).status()), HasSubstr("include_query_item:"));
}

TEST(ToProductQueryTest, KeepsWhichWriteTheSearchMustHaveSeen) {
  v1::SearchRequest request;
  request.set_item_id("x");
  EXPECT_EQ(ToProductQuery(request)->min_sequence, 0u);
  request.set_min_sequence(12);
  EXPECT_EQ(ToProductQuery(request)->min_sequence, 12u);
}

TEST(ToProductQueryTest, AnExplicitKOfZeroStaysZero) {
  v1::SearchRequest request;
  request.set_item_id("x");
  request.set_k(0);
  EXPECT_EQ(ToProductQuery(request)->k, 0u);
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
