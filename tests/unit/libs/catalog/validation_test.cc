// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using testing::HasSubstr;

TEST(ValidateItemIdTest, TakesWhatPeopleName) {
  for (const std::string id : {"a", "boots/red 42.jpg", "größe", "靴", "👟", "é", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(ValidateItemId(id).ok()) << id;
  }
  EXPECT_TRUE(ValidateItemId(std::string(kMaxIdBytes, 'x')).ok());
}

TEST(ValidateItemIdTest, RefusesTheRestAndSaysWhy) {
  EXPECT_THAT(std::string(ValidateItemId("").message()), HasSubstr("id: is empty"));
  EXPECT_THAT(std::string(ValidateItemId(std::string(10'000, 'x')).message()), HasSubstr("has 10000 bytes"));
  EXPECT_THAT(std::string(ValidateItemId("a\nb").message()), HasSubstr("control character at byte 2"));
  EXPECT_THAT(std::string(ValidateItemId(absl::string_view("\0", 1)).message()), HasSubstr("control character"));
}

TEST(ValidateItemIdTest, RefusesEveryKindOfMalformedUtf8) {
  for (const char* id : {"\x80", "\xC0\x80", "\xC2", "\xE0\x80\x80", "\xED\xA0\x80", "\xE2\x82", "\xF0\x80\x80\x80",
                         "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "a\xFF"}) {
    EXPECT_THAT(std::string(ValidateItemId(id).message()), HasSubstr("not UTF-8"));
  }
}

TEST(PrepareItemTest, LeavesTheSchemaAloneWhereItRefuses) {
  AttributeSchema schema = {{"size", AttributeType::kNumber}};
  Item item;
  item.id = "x";
  item.images = {{.embedding = {1, 0}}};
  item.attributes = {{"color", "red"}, {"size", "M"}};
  EXPECT_EQ(PrepareItem(2, schema, item).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(schema.size(), 1u);
}

TEST(PrepareItemTest, RefusesAttributesThatTakeTooMuch) {
  AttributeSchema schema;
  Item item;
  item.id = "x";
  item.images = {{.embedding = {1, 0}}};
  item.attributes = {{"text", std::string(kMaxAttributesBytes, 'x')}};
  EXPECT_THAT(std::string(PrepareItem(2, schema, item).message()), HasSubstr("attributes: take"));
}

TEST(PrepareItemTest, RefusesMoreDifferentAttributesThanACollectionTakes) {
  AttributeSchema schema;
  for (size_t i = 0; i < kMaxSchemaAttributes; ++i) schema.emplace("a" + std::to_string(i), AttributeType::kBool);
  Item item;
  item.id = "x";
  item.images = {{.embedding = {1, 0}}};
  item.attributes = {{"a0", true}};
  EXPECT_TRUE(PrepareItem(2, schema, item).ok());
  item.attributes = {{"one_more", true}};
  EXPECT_EQ(PrepareItem(2, schema, item).code(), absl::StatusCode::kInvalidArgument);
}

TEST(ValidateSpecTest, StatesTheRules) {
  EXPECT_TRUE(ValidateSpec({"shoes-2026_v1.0", 512, "m"}).ok());
  for (const std::string name : {"", ".hidden", "a b", "a/b", "größe"}) {
    EXPECT_THAT(std::string(ValidateSpec({name, 512, "m"}).message()), HasSubstr("name")) << name;
  }
  EXPECT_THAT(std::string(ValidateSpec({std::string(129, 'x'), 512, "m"}).message()), HasSubstr("name"));
  EXPECT_THAT(std::string(ValidateSpec({"x", 0, "m"}).message()), HasSubstr("dimension: must be 1 to 4096, got 0"));
  EXPECT_THAT(std::string(ValidateSpec({"x", 1, std::string(257, 'm')}).message()), HasSubstr("model_id"));
}

}  // namespace
}  // namespace lookalike
