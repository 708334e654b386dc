// SPDX-License-Identifier: Apache-2.0
// What a filter means: which items match, which schemas it fits, how it is written.
#include "libs/filter/filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

using testing::HasSubstr;

Filter Parsed(absl::string_view text) {
  const absl::StatusOr<Filter> filter = Filter::Parse(text);
  EXPECT_TRUE(filter.ok()) << filter.status();
  return filter.value_or(Filter());
}

class FilterTest : public testing::Test {
 protected:
  bool Matches(absl::string_view text) const { return Parsed(text).Matches(boot_); }

  std::string RefusalOf(absl::string_view text) const {
    const absl::Status status = Parsed(text).CheckAgainst(schema_);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    return std::string(status.message());
  }

  const Attributes boot_ = {{"category", std::string("boots")},
                            {"price", 79.5},
                            {"new", true},
                            {"tags", std::vector<std::string>{"winter", "leather"}}};
  const AttributeSchema schema_ = {{"category", AttributeType::kString},
                                   {"price", AttributeType::kNumber},
                                   {"new", AttributeType::kBool},
                                   {"tags", AttributeType::kStringList}};
};

TEST_F(FilterTest, BlankTextMatchesEveryItem) {
  for (const absl::string_view blank : {"", "  ", "\t\n"}) {
    EXPECT_TRUE(Parsed(blank).MatchesEverything());
    EXPECT_TRUE(Parsed(blank).Matches({}));
    EXPECT_EQ(Parsed(blank).ToString(), "");
  }
  EXPECT_FALSE(Parsed("price < 80").MatchesEverything());
}

TEST_F(FilterTest, ComparesStringsByTheirBytes) {
  EXPECT_TRUE(Matches(R"(category = "boots")"));
  EXPECT_FALSE(Matches(R"(category = "Boots")"));
  EXPECT_TRUE(Matches(R"(category != "shoes")"));
  EXPECT_TRUE(Matches(R"(category < "bop" and category >= "boots" and category > "Z")"));
  EXPECT_TRUE(Matches(R"(category < "öse")"));  // 0xC3 comes after every ASCII byte
}

TEST_F(FilterTest, ComparesNumbersAtTheBoundary) {
  EXPECT_TRUE(Matches("price <= 79.5 and price >= 79.5 and price = 79.5"));
  EXPECT_FALSE(Matches("price < 79.5"));
  EXPECT_FALSE(Matches("price > 79.5"));
  EXPECT_FALSE(Matches("price != 79.5"));
  EXPECT_TRUE(Matches("price > -1e3 and price < 8e1"));
}

TEST_F(FilterTest, ComparesBools) {
  EXPECT_TRUE(Matches("new = true and new != false"));
  EXPECT_FALSE(Matches("new = false"));
}

TEST_F(FilterTest, EqualityOnAListAsksWhetherItContainsTheValue) {
  EXPECT_TRUE(Matches(R"(tags = "winter" and tags = "leather")"));
  EXPECT_FALSE(Matches(R"(tags = "summer")"));
  EXPECT_TRUE(Matches(R"(tags != "summer")"));
  EXPECT_FALSE(Matches(R"(tags != "winter")"));
  EXPECT_TRUE(Matches(R"(tags in ["summer", "leather"])"));
  EXPECT_FALSE(Matches(R"(tags in ["summer"])"));
}

TEST_F(FilterTest, InAsksForOneOfTheValues) {
  EXPECT_TRUE(Matches(R"(category in ["shoes", "boots"])"));
  EXPECT_TRUE(Matches("price in [1, 79.5]"));
  EXPECT_FALSE(Matches("price in [1, 2]"));
  EXPECT_TRUE(Matches("new in [true]"));
}

TEST_F(FilterTest, AComparisonWithAnAttributeThatTheItemLacksIsFalse) {
  for (const absl::string_view text :
       {"size = 1", "size != 1", "size < 1", "size >= 1", "size in [1]", "exists size"}) {
    EXPECT_FALSE(Matches(text)) << text;
    EXPECT_TRUE(Parsed(absl::StrCat("not ", text)).Matches(boot_)) << text;
  }
  EXPECT_TRUE(Matches("exists price"));
}

TEST_F(FilterTest, AComparisonWithAnotherTypeIsFalse) {
  for (const absl::string_view text :
       {"category = 1", "category != 1", "price = \"79.5\"", "price != true", "new < 2", "tags = 1", "tags < \"z\""}) {
    EXPECT_FALSE(Matches(text)) << text;
  }
}

TEST_F(FilterTest, NamesAreMatchedByCaseAndWordsAreNot) {
  EXPECT_FALSE(Matches("Price < 80"));
  EXPECT_TRUE(Matches("NOT Price < 80 And new = TRUE oR EXISTS none"));
}

TEST_F(FilterTest, NotBindsTighterThanAndAndAndTighterThanOr) {
  EXPECT_TRUE(Matches("new = true or new = false and new = false"));
  EXPECT_FALSE(Matches("(new = true or new = false) and new = false"));
  EXPECT_FALSE(Matches("not new = true and new = false"));
  EXPECT_TRUE(Matches("not (new = true and new = false)"));
  EXPECT_TRUE(Matches("not not new = true"));
}

TEST_F(FilterTest, ReadsEscapesAndAnyOtherByteInStrings) {
  const Attributes item = {{"name", std::string("a\"b\\c\nd\te größe 靴 \x01")}};
  EXPECT_TRUE(Parsed("name = \"a\\\"b\\\\c\\nd\\te größe 靴 \x01\"").Matches(item));
  EXPECT_TRUE(Parsed("name = \"\"").Matches({{"name", std::string()}}));
}

TEST_F(FilterTest, FitsASchemaWithItsAttributesAndTypes) {
  EXPECT_TRUE(Parsed("").CheckAgainst({}).ok());
  EXPECT_TRUE(
      Parsed(R"(category >= "b" and not (price in [1, 2] or new = true) and exists tags)").CheckAgainst(schema_).ok());
  EXPECT_TRUE(Parsed(R"(tags = "a" or tags != "b" or tags in ["c"])").CheckAgainst(schema_).ok());
}

TEST_F(FilterTest, RefusesAnAttributeThatTheSchemaLacks) {
  EXPECT_THAT(RefusalOf("new = true and (price < 3 or not colour = \"red\")"), HasSubstr("\"colour\""));
  EXPECT_THAT(RefusalOf("exists colour"), HasSubstr("\"colour\""));
}

TEST_F(FilterTest, RefusesAnotherTypeNamingTheAttributeAndBothTypes) {
  EXPECT_THAT(RefusalOf("price = \"80\""), HasSubstr("\"price\" is a number, but it is compared with a string"));
  EXPECT_THAT(RefusalOf("category < 5"), HasSubstr("\"category\" is a string, but it is compared with a number"));
  EXPECT_THAT(RefusalOf("new > 0"), HasSubstr("\"new\" is a bool, but it is compared with a number"));
  EXPECT_THAT(RefusalOf("category in [\"a\", true]"), HasSubstr("is a string, but it is compared with a bool"));
  EXPECT_THAT(RefusalOf("tags = 3"), HasSubstr("\"tags\" is a string list, but it is compared with a number"));
}

TEST_F(FilterTest, RefusesTheOrderOfAList) {
  EXPECT_THAT(RefusalOf("tags < \"a\""), HasSubstr("\"tags\" is a string list, which has no order"));
}

TEST_F(FilterTest, IsWrittenInOneWay) {
  const std::pair<const char*, const char*> cases[] = {
      {"a=1", "a = 1"},
      {"a=1 AND(b!=\"x\"Or not(c<=2))", "a = 1 and (b != \"x\" or not c <= 2)"},
      {"((a>1))or(b<2 and c>=3)", "a > 1 or b < 2 and c >= 3"},
      {"a=1 and (b=2 and c=3)", "a = 1 and (b = 2 and c = 3)"},
      {"not(a=1 or b=2)", "not (a = 1 or b = 2)"},
      {"a in[1,\"x\",TRUE]", "a in [1, \"x\", true]"},
      {"Exists a", "exists a"},
      {"a=\"\\\"\\\\\n\\t\"", "a = \"\\\"\\\\\\n\\t\""},
  };
  for (const auto& [text, written] : cases) EXPECT_EQ(Parsed(text).ToString(), written);
}

TEST_F(FilterTest, WritesNumbersWithTheFewestDigitsThatReadBackTheSame) {
  const std::pair<const char*, const char*> cases[] = {
      {"a = 0.1", "a = 0.1"},
      {"a = 80.0", "a = 80"},
      {"a = 1e22", "a = 1e+22"},
      {"a = -0.0", "a = -0"},
      {"a = 9007199254740993", "a = 9007199254740992"},  // 2^53 + 1 is not a double
      {"a = 0.30000000000000004", "a = 0.30000000000000004"},
      {"a = 5e-324", "a = 5e-324"},
      {"a = 1.7976931348623157e308", "a = 1.7976931348623157e+308"},
  };
  for (const auto& [text, written] : cases) EXPECT_EQ(Parsed(text).ToString(), written);
}

TEST_F(FilterTest, ACopyOutlivesTheOriginal) {
  Filter copy;
  {
    const Filter original = Parsed("price < 80");
    copy = original;
  }
  EXPECT_TRUE(copy.Matches(boot_));
}

}  // namespace
}  // namespace lookalike
