// SPDX-License-Identifier: Apache-2.0
// The index against Filter::Matches(), item by item.
#include "libs/filter/attribute_index.h"

#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

#include "tests/unit/libs/filter/random_filters.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Filter Parsed(absl::string_view text) {
  const absl::StatusOr<Filter> filter = Filter::Parse(text);
  EXPECT_TRUE(filter.ok()) << filter.status();
  return filter.value_or(Filter());
}

class AttributeIndexTest : public testing::Test {
 protected:
  void Put(uint32_t slot, const Attributes& attributes) {
    Take(slot);
    index_.Add(slot, attributes);
    items_[slot] = attributes;
  }

  void Take(uint32_t slot) {
    const auto item = items_.find(slot);
    if (item == items_.end()) return;
    index_.Remove(slot, item->second);
    items_.erase(item);
  }

  // In a random order, until that many are left.
  void TakeAllBut(size_t kept) {
    std::vector<uint32_t> slots;
    for (const auto& [slot, attributes] : items_) slots.push_back(slot);
    std::shuffle(slots.begin(), slots.end(), random_);
    for (size_t i = kept; i < slots.size(); ++i) Take(slots[i]);
  }

  std::vector<uint32_t> Selected(absl::string_view text) const {
    const Selection selection = index_.Select(Parsed(text));
    std::vector<uint32_t> slots;
    for (uint32_t slot = 0; slot < selection.words.size() * 64; ++slot) {
      if (selection.Contains(slot)) slots.push_back(slot);
    }
    EXPECT_EQ(slots.size(), selection.count);
    EXPECT_TRUE(selection.words.empty() || selection.words.back() != 0) << "longer than it has to be";
    return slots;
  }

  // The number of slots that both sides agree on.
  size_t ExpectWhatMatchesSays(const std::string& text) const {
    const Filter filter = Parsed(text);
    std::vector<uint32_t> expected;
    for (const auto& [slot, attributes] : items_) {
      if (filter.Matches(attributes)) expected.push_back(slot);
    }
    EXPECT_EQ(index_.size(), items_.size());
    EXPECT_TRUE(Selected(text) == expected) << text << " with " << items_.size() << " items";
    return expected.size();
  }

  void ExpectEveryComparisonWith(const std::string& value) const {
    for (const char* const comparison : {"n = ", "n != ", "n < ", "n <= ", "n > ", "n >= "}) {
      ExpectWhatMatchesSays(comparison + value);
    }
  }

  double RandomPlace() { return std::uniform_int_distribution<int>(-100, 20'100)(random_) / 10.0; }

  void ExpectRandomRanges(int rounds) {
    for (int round = 0; round < rounds; ++round) {
      const double from = RandomPlace(), to = RandomPlace();
      ExpectEveryComparisonWith(absl::StrCat(from));
      ExpectWhatMatchesSays(absl::StrCat("n > ", from, " and n <= ", to));
    }
  }

  AttributeIndex index_;
  std::map<uint32_t, Attributes> items_;
  std::mt19937 random_{20'240'607};
};

TEST_F(AttributeIndexTest, AnEmptyIndexSelectsNothing) {
  for (const absl::string_view text : {"", "a = 1", "not a = 1", "exists a"}) EXPECT_THAT(Selected(text), IsEmpty());
  EXPECT_EQ(index_.size(), 0u);
}

TEST_F(AttributeIndexTest, BlankTextSelectsEveryItem) {
  Put(3, {});
  Put(70, {{"price", 1.0}});
  EXPECT_THAT(Selected(""), ElementsAre(3, 70));
  Take(70);
  EXPECT_THAT(Selected(""), ElementsAre(3));
}

TEST_F(AttributeIndexTest, NotSelectsTheItemsThatLackTheAttributeToo) {
  Put(1, {{"new", true}});
  Put(2, {{"new", false}});
  Put(5, {});
  EXPECT_THAT(Selected("new != true"), ElementsAre(2));
  EXPECT_THAT(Selected("not new = true"), ElementsAre(2, 5));
  EXPECT_THAT(Selected("not exists new"), ElementsAre(5));
}

TEST_F(AttributeIndexTest, AComparisonWithAnotherTypeSelectsNothing) {
  Put(1, {{"name", std::string("a")}, {"price", 1.0}, {"new", true}, {"tags", std::vector<std::string>{"a"}}});
  for (const absl::string_view text : {"name = 1", "name != 1", "name < 1", "price != \"a\"", "price > \"a\"",
                                       "new != 1", "new >= 1", "tags != 1", "tags < \"b\"", "none != 1"}) {
    EXPECT_THAT(Selected(text), IsEmpty()) << text;
    EXPECT_THAT(Selected(absl::StrCat("not ", text)), ElementsAre(1)) << text;
  }
  EXPECT_THAT(Selected("name in [1, true, \"a\"]"), ElementsAre(1));
}

TEST_F(AttributeIndexTest, AListMayNameAMemberTwice) {
  Put(1, {{"tags", std::vector<std::string>{"a", "a"}}});
  Put(2, {{"tags", std::vector<std::string>{}}});
  EXPECT_THAT(Selected("tags = \"a\""), ElementsAre(1));
  EXPECT_THAT(Selected("tags != \"a\""), ElementsAre(2));
  Take(1);
  EXPECT_THAT(Selected("tags = \"a\""), IsEmpty());
}

TEST_F(AttributeIndexTest, AnAttributeThatNoItemHasAnyMoreMayComeBackWithAnotherType) {
  Put(1, {{"size", 42.0}});
  Put(1, {{"size", std::string("XL")}});
  EXPECT_THAT(Selected("size = \"XL\""), ElementsAre(1));
  EXPECT_THAT(Selected("size = 42"), IsEmpty());
}

TEST_F(AttributeIndexTest, BothZerosAreOneNumber) {
  Put(1, {{"n", 0.0}});
  Put(2, {{"n", -0.0}});
  EXPECT_THAT(Selected("n = 0"), ElementsAre(1, 2));
  EXPECT_THAT(Selected("n >= -0.0 and n <= -0.0"), ElementsAre(1, 2));
  Put(1, {{"n", -0.0}});
  Take(2);
  EXPECT_THAT(Selected("n = 0"), ElementsAre(1));
}

TEST_F(AttributeIndexTest, KnowsTheNumbersAtTheEndsOfTheirRange) {
  const std::string largest = "1.7976931348623157e308";
  Put(1, {{"n", std::numeric_limits<double>::max()}});
  Put(2, {{"n", std::numeric_limits<double>::lowest()}});
  Put(3, {{"n", std::numeric_limits<double>::denorm_min()}});
  for (const std::string& value : {largest, "-" + largest, std::string("5e-324"), std::string("0")}) {
    ExpectEveryComparisonWith(value);
  }
}

TEST_F(AttributeIndexTest, AgreesWithMatchesWhileItemsComeAndGo) {
  RandomFilters generate(20'240'608);
  size_t matches = 0;
  for (int round = 0; round < 300; ++round) {
    for (int change = 0; change < 40; ++change) {
      const uint32_t slot = random_() % 300;
      random_() % 3 == 0 ? Take(slot) : Put(slot, generate.Item());
    }
    for (int count = 0; count < 5; ++count) matches += ExpectWhatMatchesSays(generate.Expression(3).text);
  }
  EXPECT_GT(matches, 1500u * 20) << "hardly anything matches: the test compares nothing";
}

TEST_F(AttributeIndexTest, AgreesWithMatchesOnManyItemsAndOnTheFewThatAreLeft) {
  RandomFilters generate(20'240'609);
  for (uint32_t i = 0; i < 20'000; ++i) Put(i * 5, generate.Item());
  for (const size_t kept : {20'000, 12'000, 700, 90, 0}) {
    TakeAllBut(kept);
    for (int count = 0; count < 15; ++count) ExpectWhatMatchesSays(generate.Expression(2).text);
  }
}

TEST_F(AttributeIndexTest, AgreesWithMatchesOnRangesOfManyDifferentNumbers) {
  for (uint32_t slot = 0; slot < 30'000; ++slot) Put(slot, {{"n", RandomPlace()}});
  ExpectRandomRanges(20);
  TakeAllBut(2000);
  ExpectRandomRanges(20);
  for (uint32_t slot = 0; slot < 5000; ++slot) Put(slot, {{"n", RandomPlace()}});
  ExpectRandomRanges(20);
}

// Such as the prices of a catalog that gets dearer from year to year: what was the last block is split again and again.
TEST_F(AttributeIndexTest, AgreesWithMatchesOnRangesOfNumbersThatOnlyGrow) {
  for (uint32_t slot = 0; slot < 40'000; ++slot) Put(slot, {{"n", slot / 20.0}});
  ExpectRandomRanges(20);
  for (uint32_t slot = 0; slot < 39'000; ++slot) Take(slot);
  ExpectRandomRanges(10);
}

TEST_F(AttributeIndexTest, AgreesWithMatchesWhereMostItemsHaveTheSameNumber) {
  for (uint32_t slot = 0; slot < 20'000; ++slot) Put(slot, {{"n", slot % 8 == 0 ? RandomPlace() : 1000.0}});
  ExpectEveryComparisonWith("1000");
  ExpectRandomRanges(10);
  for (uint32_t slot = 0; slot < 20'000; ++slot) {
    if (slot % 8 != 0) Take(slot);
  }
  ExpectEveryComparisonWith("1000");
}

TEST_F(AttributeIndexTest, StringsAreOrderedByTheirBytes) {
  for (uint32_t slot = 0; slot < 3000; ++slot) Put(slot, {{"n", std::string(1, static_cast<char>(random_() % 256))}});
  for (const std::string value : {"\"\"", "\"a\"", "\"ab\"", "\"ö\"", "\"\x7f\"", "\"\xff\""}) {
    ExpectEveryComparisonWith(value);
  }
}

TEST_F(AttributeIndexTest, AValueOfItsOwnForEachItemCostsAFewBytes) {
  for (uint32_t slot = 0; slot < 20'000; ++slot) {
    index_.Add(slot, {{"sku", absl::StrCat("sku-", slot * 7919 % 100'000)}, {"price", slot * 7919 % 100'000 / 3.0}});
  }
  EXPECT_LT(index_.Bytes() / index_.size(), 150u);
}

TEST_F(AttributeIndexTest, ItemsThatAreTakenOutGiveTheirMemoryBack) {
  RandomFilters generate(20'240'610);
  for (uint32_t slot = 0; slot < 5000; ++slot) Put(slot, generate.Item());
  EXPECT_GT(index_.Bytes(), 100'000u);
  TakeAllBut(0);
  EXPECT_LT(index_.Bytes(), 2000u);
}

}  // namespace
}  // namespace lookalike
