// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/record.h"

#include <gtest/gtest.h>

namespace lookalike {
namespace {

Item ExampleItem() {
  Item item;
  item.id = "boots/höhe 1.jpg";
  item.attributes = {{"color", "red"},
                     {"price", 79.9},
                     {"in_stock", true},
                     {"tags", std::vector<std::string>{"new", "sale"}},
                     {"none", std::vector<std::string>{}}};
  item.sequence = 1ull << 40;
  item.images = {{.digest = "abc123", .sequence = 7}, {.sequence = item.sequence}};
  return item;
}

TEST(RecordTest, AnItemSurvives) {
  const Item item = ExampleItem();
  const absl::StatusOr<Item> decoded = DecodeItem(item.id, EncodeItem(item));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->id, item.id);
  EXPECT_EQ(decoded->attributes, item.attributes);
  ASSERT_EQ(decoded->images.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(decoded->images[i].digest, item.images[i].digest);
    EXPECT_EQ(decoded->images[i].sequence, item.images[i].sequence);
  }
  EXPECT_EQ(decoded->sequence, item.sequence);
}

TEST(RecordTest, EveryTruncationOfAnItemIsNoticed) {
  const std::string record = EncodeItem(ExampleItem());
  for (size_t size = 0; size < record.size(); ++size) {
    EXPECT_EQ(DecodeItem("x", absl::string_view(record).substr(0, size)).status().code(), absl::StatusCode::kDataLoss);
  }
}

// {"attributes": {}, "image_digest": "abc", "sequence": 9}, and the same without a digest.
TEST(RecordTest, AnItemOfTheFormatsWithOneImageIsRead) {
  const std::string head =
      "\xa3\x6a"
      "attributes"
      "\xa0";
  const absl::StatusOr<Item> item = DecodeItem("x", head +
                                                        "\x6c"
                                                        "image_digest"
                                                        "\x63"
                                                        "abc"
                                                        "\x68"
                                                        "sequence"
                                                        "\x09");
  ASSERT_TRUE(item.ok()) << item.status();
  ASSERT_EQ(item->images.size(), 1u);
  EXPECT_EQ(item->images[0].digest, "abc");
  EXPECT_EQ(item->images[0].sequence, 9u);
  const absl::StatusOr<Item> bare = DecodeItem("x",
                                               "\xa2\x6a"
                                               "attributes"
                                               "\xa0\x68"
                                               "sequence"
                                               "\x09");
  ASSERT_TRUE(bare.ok()) << bare.status();
  ASSERT_EQ(bare->images.size(), 1u);
  EXPECT_EQ(bare->images[0].digest, "");
}

TEST(RecordTest, EmbeddingsSurviveBitForBit) {
  const std::vector<ItemImage> images = {{.embedding = {0.5f, -0.25f, 1e-38f}}, {.embedding = {1, 2, 3}}};
  std::vector<ItemImage> decoded(2);
  ASSERT_TRUE(DecodeEmbeddings(EncodeEmbeddings(images), 3, decoded).ok());
  for (size_t i = 0; i < 2; ++i) EXPECT_EQ(decoded[i].embedding, images[i].embedding);
  EXPECT_EQ(DecodeEmbeddings(EncodeEmbeddings(images), 4, decoded).code(), absl::StatusCode::kDataLoss);
  decoded.resize(1);
  EXPECT_EQ(DecodeEmbeddings(EncodeEmbeddings(images), 3, decoded).code(), absl::StatusCode::kDataLoss);
}

TEST(RecordTest, KeysOfACollectionStandTogetherBeforeThoseOfTheNext) {
  EXPECT_LT(ItemKey(1, "zzz"), EndOfCollection(1));
  EXPECT_LE(EndOfCollection(1), ItemKey(2, ""));
  EXPECT_LT(ItemKey(255, "zzz"), ItemKey(256, ""));
  EXPECT_EQ(IdOfItemKey(ItemKey(7, "an id")), "an id");
}

TEST(RecordTest, KeysOfTheJournalAreOrderedByTheirSequenceNumbers) {
  EXPECT_LT(JournalKey(1, 255), JournalKey(1, 256));
  EXPECT_LT(JournalKey(1, 1ull << 40), EndOfCollection(1));
  EXPECT_EQ(*SequenceOfJournalKey(JournalKey(7, 0x0123456789abcdef)), 0x0123456789abcdefu);
  EXPECT_EQ(SequenceOfJournalKey("short").status().code(), absl::StatusCode::kDataLoss);
}

TEST(RecordTest, AChangeSurvives) {
  for (const bool was_deleted : {false, true}) {
    const std::string record = EncodeChange("an id", was_deleted);
    absl::string_view id;
    bool deleted = !was_deleted;
    ASSERT_TRUE(DecodeChange(record, id, deleted).ok());
    EXPECT_EQ(id, "an id");
    EXPECT_EQ(deleted, was_deleted);
  }
}

TEST(RecordTest, AMeanSurvives) {
  const Embedding mean = {0.5f, -2, 1e-30f};
  Embedding decoded;
  uint64_t items = 0;
  ASSERT_TRUE(DecodeMean(EncodeMean(mean, 1ull << 33), 3, decoded, items).ok());
  EXPECT_EQ(decoded, mean);
  EXPECT_EQ(items, 1ull << 33);
  EXPECT_EQ(DecodeMean(EncodeMean(mean, 1), 4, decoded, items).code(), absl::StatusCode::kDataLoss);
}

TEST(RecordTest, ASpecAndASchemaSurvive) {
  const CollectionSpec spec = {"shoes", 512, "vgg16-gap-0123", /*centered=*/true};
  uint32_t number = 0;
  CollectionSpec decoded;
  ASSERT_TRUE(DecodeSpec(EncodeSpec(9, spec), number, decoded).ok());
  EXPECT_EQ(number, 9u);
  EXPECT_EQ(decoded.name, spec.name);
  EXPECT_EQ(decoded.dimension, spec.dimension);
  EXPECT_EQ(decoded.model_id, spec.model_id);
  EXPECT_EQ(decoded.centered, spec.centered);
  const AttributeSchema schema = {{"a", AttributeType::kString},
                                  {"b", AttributeType::kNumber},
                                  {"c", AttributeType::kBool},
                                  {"d", AttributeType::kStringList}};
  EXPECT_EQ(*DecodeSchema(EncodeSchema(schema)), schema);
}

TEST(RecordTest, NonsenseIsDataLoss) {
  uint32_t number = 0;
  CollectionSpec spec;
  EXPECT_EQ(DecodeSpec("{}", number, spec).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeSpec("\x01\x02", number, spec).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeSchema("{\"a\": \"color\"}").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeSchema("[1]").status().code(), absl::StatusCode::kDataLoss);
  absl::string_view id;
  bool deleted = false;
  EXPECT_EQ(DecodeChange("", id, deleted).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeChange("U", id, deleted).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeChange("Xid", id, deleted).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(DecodeUint64("1234567").status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace lookalike
