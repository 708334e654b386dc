// SPDX-License-Identifier: Apache-2.0
#include "libs/query/product_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"

#include "libs/batching/retry_delay.h"
#include "tests/unit/libs/query/fakes.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using testing::HasSubstr;

const absl::Status kBusy = WithRetryDelay(absl::ResourceExhaustedError("full"), absl::Milliseconds(1));

class ProductWriterTest : public testing::Test {
 protected:
  static ProductUpdate Picture(const std::string& id, absl::string_view picture, Attributes attributes = {}) {
    return {.id = id, .images = {ImageInput{.bytes = picture, .crop = {}}}, .attributes = std::move(attributes)};
  }

  absl::StatusOr<WriteResult> Write(const std::vector<ProductUpdate>& updates,
                                    ProductWriter::WhenBusy when_busy = ProductWriter::WhenBusy::kFail,
                                    absl::Time deadline = absl::InfiniteFuture()) {
    return writer_.Upsert("shoes", updates, when_busy, deadline);
  }

  FakeEncoder encoder_;
  FakeStore store_;
  ProductWriter writer_{&encoder_, &store_};
};

TEST_F(ProductWriterTest, LeavesTheModelToSearchesFirst) {
  ASSERT_TRUE(Write({Picture("a", "1,0")}).ok());
  EXPECT_EQ(encoder_.last_options.lane, Lane::kBulk);
}

TEST_F(ProductWriterTest, KeepsEmbeddingDigestAndAttributes) {
  ASSERT_TRUE(Write({Picture("x", "3,4", {{"color", "red"}})}).ok());
  const Item& kept = store_.items.at("x");
  EXPECT_THAT(kept.images[0].embedding, ElementsAre(FloatEq(0.6f), FloatEq(0.8f)));
  EXPECT_EQ(kept.attributes, (Attributes{{"color", "red"}}));
  EXPECT_EQ(kept.images[0].digest, ImageDigest({.bytes = "3,4", .crop = {}}));
}

TEST_F(ProductWriterTest, AnUnchangedProductIsNeitherEncodedNorWrittenAgain) {
  ASSERT_TRUE(Write({Picture("x", "3,4", {{"color", "red"}})}).ok());
  const auto again = Write({Picture("x", "3,4", {{"color", "red"}})});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(encoder_.pictures, 1);
  EXPECT_EQ(store_.writes, 1);
  EXPECT_EQ(again->sequence, 1u) << "that of the write which brought it";
}

TEST_F(ProductWriterTest, NewAttributesKeepTheEmbeddingWithoutEncoding) {
  ASSERT_TRUE(Write({Picture("x", "3,4")}).ok());
  ASSERT_TRUE(Write({Picture("x", "3,4", {{"color", "red"}})}).ok());
  EXPECT_EQ(encoder_.pictures, 1);
  EXPECT_EQ(store_.writes, 2);
  EXPECT_THAT(store_.items.at("x").images[0].embedding, ElementsAre(FloatEq(0.6f), FloatEq(0.8f)));
}

TEST_F(ProductWriterTest, PicturesThatStayAreNotEncodedAgainWhereverTheyStand) {
  ProductUpdate update = Picture("x", "1,0");
  update.images.push_back(ImageInput{.bytes = "0,1", .crop = {}});
  ASSERT_TRUE(Write({update}).ok());
  std::swap(update.images[0], update.images[1]);
  update.images.insert(update.images.begin(), ImageInput{.bytes = "3,4", .crop = {}});
  ASSERT_TRUE(Write({update}).ok());
  EXPECT_EQ(encoder_.pictures, 3);
  const std::vector<ItemImage>& kept = store_.items.at("x").images;
  ASSERT_EQ(kept.size(), 3u);
  EXPECT_THAT(kept[0].embedding, ElementsAre(FloatEq(0.6f), FloatEq(0.8f)));
  EXPECT_THAT(kept[1].embedding, ElementsAre(0, 1));
  EXPECT_THAT(kept[2].embedding, ElementsAre(1, 0));
}

TEST_F(ProductWriterTest, ManyPicturesTravelInSeveralCalls) {
  std::vector<ProductUpdate> updates;
  for (int i = 0; i < 5; ++i) {
    updates.push_back(Picture(std::to_string(i), "1,0"));
    updates.back().images.resize(kMaxItemImages, updates.back().images.front());
  }
  ASSERT_TRUE(Write(updates).ok());
  EXPECT_EQ(encoder_.pictures, 80);
  EXPECT_EQ(encoder_.calls, 3);
}

TEST_F(ProductWriterTest, OnePictureThatIsNoneKeepsTheWholeProductOut) {
  ProductUpdate update = Picture("x", "1,0");
  update.images.push_back(ImageInput{.bytes = "no picture", .crop = {}});
  const auto result = Write({update});
  EXPECT_THAT(std::string(result->items[0].message()), HasSubstr("images[1].image:"));
  EXPECT_TRUE(store_.items.empty());
  update.images.resize(kMaxItemImages + 1, update.images.front());
  EXPECT_THAT(std::string(Write({update})->items[0].message()), HasSubstr("images: must be 1 to 16, got 17"));
}

TEST_F(ProductWriterTest, WhatIsSupersededIsNotEncoded) {
  ProductUpdate update = Picture("x", "1,0");
  update.version = 5;
  ASSERT_TRUE(Write({update}).ok());
  for (const uint64_t version : {5, 4}) {
    update = Picture("x", "0,1");
    update.version = version;
    const auto result = Write({update});
    EXPECT_EQ(result->items[0], absl::OkStatus());
    EXPECT_TRUE(result->superseded[0]);
    EXPECT_EQ(result->sequence, 1u);
  }
  EXPECT_EQ(encoder_.pictures, 1);
  update.version = 6;
  EXPECT_FALSE(Write({update})->superseded[0]);
  EXPECT_EQ(store_.items.at("x").version, 6u);
}

TEST_F(ProductWriterTest, AHigherVersionOfAnUnchangedProductIsKept) {
  ProductUpdate update = Picture("x", "1,0");
  update.version = 5;
  ASSERT_TRUE(Write({update}).ok());
  update.version = 6;
  ASSERT_TRUE(Write({update}).ok());
  EXPECT_EQ(encoder_.pictures, 1);
  EXPECT_EQ(store_.items.at("x").version, 6u);
}

TEST_F(ProductWriterTest, AnotherGroupIsAChange) {
  ASSERT_TRUE(Write({Picture("x", "1,0")}).ok());
  ProductUpdate update = Picture("x", "1,0");
  update.group = "boots";
  ASSERT_TRUE(Write({update}).ok());
  EXPECT_EQ(store_.items.at("x").group, "boots");
}

TEST_F(ProductWriterTest, AnotherPictureOrAnotherCropIsEncoded) {
  ASSERT_TRUE(Write({Picture("x", "3,4")}).ok());
  ASSERT_TRUE(Write({Picture("x", "4,3")}).ok());
  ProductUpdate cropped = Picture("x", "4,3");
  std::get<ImageInput>(cropped.images[0]).crop = CropBox{0, 0, 0.5f, 1};
  ASSERT_TRUE(Write({cropped}).ok());
  EXPECT_EQ(encoder_.pictures, 3);
}

TEST_F(ProductWriterTest, JudgesEachProductByItself) {
  const auto result = Write({Picture("good", "1,0"),
                             Picture("bad", "not a picture"),
                             Picture("", "1,0"),
                             {.id = "own", .images = {Embedding{0, 1}}, .attributes = {}}});
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->items[0].ok());
  EXPECT_THAT(std::string(result->items[1].message()), HasSubstr("image:"));
  EXPECT_THAT(std::string(result->items[2].message()), HasSubstr("id: is empty"));
  EXPECT_TRUE(result->items[3].ok());
  EXPECT_EQ(store_.items.size(), 2u);
  EXPECT_EQ(encoder_.pictures, 2) << "a picture that could not be kept was encoded";
}

TEST_F(ProductWriterTest, RefusesPicturesOfAnotherModelAndWritesTheRest) {
  encoder_.model_id = "model-b";
  const auto result = Write({Picture("x", "1,0"), {.id = "own", .images = {Embedding{0, 1}}, .attributes = {}}});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->items[0].code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(result->items[1].ok());
  EXPECT_EQ(store_.items.size(), 1u);
}

TEST_F(ProductWriterTest, AnEncoderThatFailsTakesNoEmbeddingWithIt) {
  encoder_.failures = {absl::UnavailableError("gone")};
  const auto result = Write({Picture("x", "1,0"), {.id = "own", .images = {Embedding{0, 1}}, .attributes = {}}});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->items[0].code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(result->items[1].ok());
}

TEST_F(ProductWriterTest, BulkWorkWaitsForABusyEncoder) {
  encoder_.failures = {kBusy, kBusy};
  EXPECT_TRUE(Write({Picture("x", "1,0")}, ProductWriter::WhenBusy::kWait).ok());
  EXPECT_EQ(encoder_.calls, 3);
}

TEST_F(ProductWriterTest, SomeoneWhoWaitsIsToldAtOnceAndWhenToTryAgain) {
  encoder_.failures = {kBusy};
  EXPECT_EQ(Write({Picture("x", "1,0")})->items[0], kBusy);
  EXPECT_EQ(encoder_.calls, 1);
}

TEST_F(ProductWriterTest, BulkWorkGivesUpWhereTheDeadlineIsNearerThanTheNextTry) {
  encoder_.failures = {kBusy};
  const auto result = Write({Picture("x", "1,0")}, ProductWriter::WhenBusy::kWait, absl::Now());
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->items[0].code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(encoder_.calls, 1);
}

TEST_F(ProductWriterTest, BulkWorkDoesNotTryAgainWhatTheEncoderWillNeverTake) {
  encoder_.failures = {absl::ResourceExhaustedError("message larger than max")};
  EXPECT_EQ(Write({Picture("x", "1,0")}, ProductWriter::WhenBusy::kWait)->items[0].code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(encoder_.calls, 1);
}

TEST_F(ProductWriterTest, BulkWorkOfASenderThatIsGoneTriesNoMore) {
  encoder_.failures = {kBusy};
  const std::vector<ProductUpdate> updates = {Picture("x", "1,0")};
  const auto result =
      writer_.Upsert("shoes", updates, ProductWriter::WhenBusy::kWait, absl::InfiniteFuture(), [] { return true; });
  EXPECT_EQ(result->items[0].code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(encoder_.calls, 1);
}

TEST_F(ProductWriterTest, AnUnknownCollectionIsNotFound) {
  EXPECT_EQ(writer_.Upsert("bags", {}, ProductWriter::WhenBusy::kFail, absl::InfiniteFuture()).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace lookalike
