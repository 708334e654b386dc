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
  item.image_digest = "abc123";
  item.sequence = 1ull << 40;
  return item;
}

TEST(RecordTest, AnItemSurvives) {
  const Item item = ExampleItem();
  const absl::StatusOr<Item> decoded = DecodeItem(item.id, EncodeItem(item));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->id, item.id);
  EXPECT_EQ(decoded->attributes, item.attributes);
  EXPECT_EQ(decoded->image_digest, item.image_digest);
  EXPECT_EQ(decoded->sequence, item.sequence);
}

TEST(RecordTest, EveryTruncationOfAnItemIsNoticed) {
  const std::string record = EncodeItem(ExampleItem());
  for (size_t size = 0; size < record.size(); ++size) {
    EXPECT_EQ(DecodeItem("x", absl::string_view(record).substr(0, size)).status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST(RecordTest, AnEmbeddingSurvivesBitForBit) {
  const Embedding embedding = {0.5f, -0.25f, 1e-38f};
  EXPECT_EQ(*DecodeEmbedding(EncodeEmbedding(embedding), 3), embedding);
  EXPECT_EQ(DecodeEmbedding(EncodeEmbedding(embedding), 4).status().code(), absl::StatusCode::kDataLoss);
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
