// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>
#include <cstdio>
#include <random>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

#include "libs/filter/filter.h"
#include "tests/unit/libs/filter/random_filters.h"

namespace lookalike {
namespace {

TEST(FilterPropertyTest, RandomFiltersMeanWhatTheyShouldAndSurviveBeingWritten) {
  RandomFilters generate(20'240'601);
  size_t matches = 0;
  for (int round = 0; round < 2000; ++round) {
    const FilterSample sample = generate.Expression(4);
    const absl::StatusOr<Filter> filter = Filter::Parse(sample.text);
    ASSERT_TRUE(filter.ok()) << filter.status() << "\n" << sample.text;
    const absl::StatusOr<Filter> again = Filter::Parse(filter->ToString());
    ASSERT_TRUE(again.ok()) << again.status() << "\n" << filter->ToString();
    ASSERT_EQ(again->ToString(), filter->ToString());
    for (int count = 0; count < 20; ++count) {
      const Attributes item = generate.Item();
      const bool expected = sample.matches(item);
      ASSERT_EQ(filter->Matches(item), expected) << sample.text;
      ASSERT_EQ(again->Matches(item), expected) << filter->ToString();
      matches += expected;
    }
  }
  EXPECT_GT(matches, 4000u) << "hardly anything matches: the test compares nothing";
  EXPECT_LT(matches, 36000u) << "nearly everything matches: the test compares nothing";
}

TEST(FilterPropertyTest, RandomNumbersAreWrittenExactly) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 20'000; ++round) {
    const double number = std::bit_cast<double>(random());
    if (!std::isfinite(number)) continue;
    char digits[32];
    snprintf(digits, sizeof(digits), "%.17g", number);
    const Filter filter = Filter::Parse(absl::StrCat("a = ", digits)).value();
    EXPECT_TRUE(Filter::Parse(filter.ToString()).value().Matches({{"a", number}})) << digits;
  }
}

TEST(FilterPropertyTest, RandomBytesAreReadOrRefusedButNeverCrash) {
  static constexpr absl::string_view kPieces[] = {"a",  "\"", "(", ")",  "[",   "]",  ",",  "=",      "!", "<",
                                                  "in", " ",  "1", "-.", "not", "or", "\\", "exists", "é", "and"};
  std::mt19937 random(11);
  size_t read = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::string text;
    for (size_t pieces = random() % 8; pieces > 0; --pieces) absl::StrAppend(&text, kPieces[random() % 20], " ");
    const absl::StatusOr<Filter> filter = Filter::Parse(text);
    if (!filter.ok()) continue;
    ++read;
    EXPECT_EQ(Filter::Parse(filter->ToString()).value().ToString(), filter->ToString()) << text;
  }
  EXPECT_GT(read, 100u);
}

}  // namespace
}  // namespace lookalike
