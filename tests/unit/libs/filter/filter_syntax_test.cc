// SPDX-License-Identifier: Apache-2.0
// What is not a filter, and whether the message helps to correct it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/filter/filter.h"

namespace lookalike {
namespace {

using testing::HasSubstr;

std::string RefusalOf(absl::string_view text) {
  const absl::StatusOr<Filter> filter = Filter::Parse(text);
  EXPECT_EQ(filter.status().code(), absl::StatusCode::kInvalidArgument) << text.substr(0, 80);
  return std::string(filter.status().message());
}

std::string Repeated(absl::string_view text, size_t times) {
  return absl::StrJoin(std::vector<absl::string_view>(times, text), "");
}

struct Mistake {
  const char* text;
  size_t position;
  const char* message;
};

class FilterSyntaxTest : public testing::TestWithParam<Mistake> {};

TEST_P(FilterSyntaxTest, SaysWhereAndWhatWasExpected) {
  const Mistake& mistake = GetParam();
  const std::string refusal = RefusalOf(mistake.text);
  EXPECT_THAT(refusal, HasSubstr(absl::StrCat("at byte ", mistake.position, ":"))) << mistake.text;
  EXPECT_THAT(refusal, HasSubstr(mistake.message)) << mistake.text;
}

INSTANTIATE_TEST_SUITE_P(
    Expressions, FilterSyntaxTest,
    testing::Values(Mistake{"=", 1, "expected an attribute name, 'not', 'exists' or '('"},
                    Mistake{"a", 2, "expected one of = != < <= > >= in, found the end"},
                    Mistake{"a =", 4, "expected a string in double quotes, a number, true or false"},
                    Mistake{"a = b", 5, "found 'b'"}, Mistake{"a == 1", 4, "found '='"},
                    Mistake{"a = 1 b = 2", 7, "expected 'and', 'or' or the end, found 'b'"},
                    Mistake{"a = 1 and", 10, "expected an attribute name"}, Mistake{"or a = 1", 1, "found 'or'"},
                    Mistake{"a = 1)", 6, "or the end, found ')'"},
                    Mistake{"(a = 1", 7, "expected 'and', 'or' or ')', found the end"}, Mistake{"()", 2, "found ')'"},
                    Mistake{"not", 4, "found the end"},
                    Mistake{"exists", 7, "expected an attribute name, found the end"},
                    Mistake{"exists \"a\"", 8, "expected an attribute name, found a string"},
                    Mistake{"a exists", 3, "found 'exists'"}, Mistake{"true = a", 1, "found 'true'"},
                    Mistake{"a < true", 5, "expected a number or a string"}, Mistake{"a >= [1]", 6, "found '['"}));

INSTANTIATE_TEST_SUITE_P(Lists, FilterSyntaxTest,
                         testing::Values(Mistake{"a in []", 7, "a number, true or false, found ']'"},
                                         Mistake{"a in 1", 6, "expected '[', found '1'"},
                                         Mistake{"a in [1,]", 9, "found ']'"},
                                         Mistake{"a in [1 2]", 9, "expected ',' or ']', found '2'"},
                                         Mistake{"a in [1, \"b\"", 13, "expected ',' or ']', found the end"},
                                         Mistake{"a in [[1]]", 7, "found '['"}));

INSTANTIATE_TEST_SUITE_P(Strings, FilterSyntaxTest,
                         testing::Values(Mistake{"a = \"b", 5, "expected a closing '\"'"},
                                         Mistake{"a = \"b\\", 5, "expected a closing '\"'"},
                                         Mistake{"a = \"b\\\"", 5, "expected a closing '\"'"},
                                         Mistake{"a = \"b\\x\"", 7, "expected one of the escapes"},
                                         Mistake{"a = 'b'", 5, "found '''"},
                                         Mistake{"a = \"größe\" = 1", 15, "found '='"}));

INSTANTIATE_TEST_SUITE_P(Numbers, FilterSyntaxTest,
                         testing::Values(Mistake{"a = 1e999", 5, "a number that a 64-bit float can hold"},
                                         Mistake{"a = -1e999", 5, "a number that a 64-bit float can hold"},
                                         Mistake{"a = NaN", 5, "found 'NaN'"}, Mistake{"a = inf", 5, "found 'inf'"},
                                         Mistake{"a = -inf", 5, "expected a decimal number"},
                                         Mistake{"a = -nan", 5, "expected a decimal number"},
                                         Mistake{"a = -", 5, "expected a decimal number"},
                                         Mistake{"a = +1", 5, "expected a decimal number"},
                                         Mistake{"a = 0x10", 5, "expected a decimal number"},
                                         Mistake{"a = 80eur", 5, "expected a decimal number"},
                                         Mistake{"a = 1.2.3", 5, "expected a decimal number"},
                                         Mistake{"a = 5-3", 5, "expected a decimal number"}));

INSTANTIATE_TEST_SUITE_P(Bytes, FilterSyntaxTest,
                         testing::Values(Mistake{"a & b", 3, "found '&'"}, Mistake{"a ! b", 3, "found '!'"},
                                         Mistake{"größe = 1", 3, "found the byte 0xc3"},
                                         Mistake{"a = 1 \x01", 7, "found the byte 0x01"}));

TEST(FilterLimitsTest, RefusesAZeroByteOutsideAString) {
  EXPECT_THAT(RefusalOf(absl::string_view("a = 1\0", 6)), HasSubstr("at byte 6: expected"));
}

TEST(FilterLimitsTest, NestingIsLimitedTo100) {
  EXPECT_TRUE(Filter::Parse(Repeated("(", 100) + "a = 1" + Repeated(")", 100)).ok());
  EXPECT_THAT(RefusalOf(Repeated("(", 101) + "a = 1" + Repeated(")", 101)), HasSubstr("at byte 101: expected at most"));
  EXPECT_TRUE(Filter::Parse(Repeated("not ", 100) + "a = 1").ok());
  EXPECT_THAT(RefusalOf(Repeated("not ", 101) + "a = 1"), HasSubstr("at byte 401: expected at most 100"));
}

TEST(FilterLimitsTest, NestingCountsDepthAndNotHowOftenItHappens) {
  EXPECT_TRUE(Filter::Parse("a = 1" + Repeated(" and (not a = 1)", 500)).ok());
}

TEST(FilterLimitsTest, DeepNestingDoesNotExhaustTheStack) {
  RefusalOf(Repeated("(", 60'000));
  RefusalOf(Repeated("not ", 15'000));
  RefusalOf(Repeated("(not ", 12'000) + "a = 1");
}

TEST(FilterLimitsTest, TextIsLimitedTo64KiB) {
  const std::string value(65'536 - 6, 'x');
  EXPECT_TRUE(Filter::Parse("a = \"" + value + "\"").ok());
  EXPECT_THAT(RefusalOf("a = \"" + value + "x\""), HasSubstr("65537 bytes, wanted at most 65536"));
}

TEST(FilterLimitsTest, TextIsLimitedAsItIsWrittenToo) {
  EXPECT_THAT(RefusalOf("a = \"" + std::string(60'000, '\n') + "\""), HasSubstr("has 120006 bytes"));
}

TEST(FilterLimitsTest, LongChainsAreNotDeep) {
  const Filter filter = Filter::Parse("a = 1" + Repeated(" or a = 1", 7'000)).value();
  EXPECT_TRUE(filter.Matches({{"a", 1.0}}));
  EXPECT_FALSE(filter.Matches({{"a", 2.0}}));
}

TEST(FilterLimitsTest, NamesAreLimitedTo128Bytes) {
  EXPECT_TRUE(Filter::Parse(std::string(128, 'n') + " = 1").ok());
  EXPECT_THAT(RefusalOf("a = 1 or " + std::string(129, 'n') + " = 1"),
              HasSubstr("at byte 10: expected an attribute name of at"));
}

TEST(FilterLimitsTest, MessagesStayShortAndAscii) {
  EXPECT_LT(RefusalOf("a = 1 \"" + Repeated("靴", 10'000) + "\"").size(), 200u);
}

}  // namespace
}  // namespace lookalike
