// SPDX-License-Identifier: Apache-2.0
#include "libs/filter/attributes.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

// Text literals would otherwise become bools.
AttributeValue Text(std::string text) { return text; }

std::string RefusalOf(const Attributes& attributes, AttributeSchema schema = {}) {
  const AttributeSchema before = schema;
  const absl::Status status = ExtendSchema(attributes, schema);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(schema, before) << "a refused item changed the schema";
  return std::string(status.message());
}

TEST(AttributesTest, TypesHaveTheirNames) {
  EXPECT_STREQ(AttributeTypeName(TypeOf(Text("red"))), "string");
  EXPECT_STREQ(AttributeTypeName(TypeOf(1.5)), "number");
  EXPECT_STREQ(AttributeTypeName(TypeOf(true)), "bool");
  EXPECT_STREQ(AttributeTypeName(TypeOf(std::vector<std::string>{"a"})), "string list");
}

TEST(ExtendSchemaTest, TheFirstItemWithAnAttributeDecidesItsType) {
  AttributeSchema schema;
  ASSERT_TRUE(ExtendSchema({{"colour", Text("red")}}, schema).ok());
  ASSERT_TRUE(ExtendSchema({{"colour", Text("blue")}, {"price", 80.0}}, schema).ok());
  ASSERT_TRUE(ExtendSchema({}, schema).ok());
  EXPECT_THAT(schema, ElementsAre(Pair("colour", AttributeType::kString), Pair("price", AttributeType::kNumber)));
}

TEST(ExtendSchemaTest, RefusesAnotherTypeNamingTheAttributeAndBothTypes) {
  const std::string refusal = RefusalOf({{"aaa", true}, {"price", Text("80")}}, {{"price", AttributeType::kNumber}});
  EXPECT_THAT(refusal, HasSubstr("\"price\" is a string"));
  EXPECT_THAT(refusal, HasSubstr("as a number"));
}

TEST(ExtendSchemaTest, RefusesNumbersThatAreNone) {
  EXPECT_THAT(RefusalOf({{"price", std::numeric_limits<double>::quiet_NaN()}}), HasSubstr("\"price\" is not a finite"));
  EXPECT_THAT(RefusalOf({{"price", std::numeric_limits<double>::infinity()}}), HasSubstr("\"price\" is not a finite"));
  EXPECT_THAT(RefusalOf({{"price", -std::numeric_limits<double>::infinity()}}), HasSubstr("\"price\" is not a finite"));
}

TEST(ExtendSchemaTest, RefusesBadNamesAndShowsThemEscaped) {
  EXPECT_THAT(RefusalOf({{"two words", true}}), HasSubstr("attributes: the name \"two words\""));
  EXPECT_THAT(RefusalOf({{"a\nb", true}}), HasSubstr("attributes: the name \"a\\nb\""));
  EXPECT_LT(RefusalOf({{std::string(100'000, 'x'), true}}).size(), 1000u);
}

TEST(IsAttributeNameTest, TakesWhatTheGrammarCanWriteWithoutQuotes) {
  for (const std::string name :
       {"a", "_", "price", "Price_2", "size.eu", "in-stock", "android", "notes", "true.colour"}) {
    EXPECT_TRUE(IsAttributeName(name)) << name;
  }
  EXPECT_TRUE(IsAttributeName(std::string(128, 'x')));
}

TEST(IsAttributeNameTest, RefusesEverythingElse) {
  for (const std::string name : {"", " ", "2nd", "-a", ".a", "a b", "a\"", "größe", "a=b", "a,b", "a(b)"}) {
    EXPECT_FALSE(IsAttributeName(name)) << name;
  }
  EXPECT_FALSE(IsAttributeName(std::string("a\0b", 3)));
  EXPECT_FALSE(IsAttributeName(std::string(129, 'x')));
}

TEST(IsAttributeNameTest, RefusesTheWordsOfTheGrammarWhateverTheirCase) {
  for (const std::string word : {"and", "or", "not", "in", "exists", "true", "false", "AND", "Or", "nOt", "TRUE"}) {
    EXPECT_FALSE(IsAttributeName(word)) << word;
  }
}

}  // namespace
}  // namespace lookalike
