// SPDX-License-Identifier: Apache-2.0
// What AttributeIndex says of the values of a selection, by hand and against counting item by item.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

#include "libs/filter/attribute_index.h"
#include "tests/unit/libs/filter/random_filters.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Text = std::variant<std::string, bool>;

Facet::Value Value(Text value, size_t items) { return {std::move(value), items}; }

class FacetTest : public testing::Test {
 protected:
  void Put(uint32_t slot, const Attributes& attributes) {
    index_.Add(slot, attributes);
    items_[slot] = attributes;
  }

  Selection Select(const std::string& text) const { return index_.Select(*Filter::Parse(text)); }

  std::optional<Facet> FacetOf(const std::string& attribute, const std::string& filter = "",
                               size_t max_values = 100) const {
    return index_.FacetOf(attribute, Select(filter), max_values);
  }

  // Counted without any index, in the order that a facet has.
  std::vector<Facet::Value> Counted(const std::string& attribute, const Selection& among) const {
    std::map<Text, size_t> counts;
    for (const auto& [slot, attributes] : items_) {
      const auto value = attributes.find(attribute);
      if (!among.Contains(slot) || value == attributes.end()) continue;
      if (const auto* text = std::get_if<std::string>(&value->second)) ++counts[*text];
      if (const auto* truth = std::get_if<bool>(&value->second)) ++counts[*truth];
      if (const auto* list = std::get_if<std::vector<std::string>>(&value->second)) {
        for (const std::string& member : std::set<std::string>(list->begin(), list->end())) ++counts[member];
      }
    }
    std::vector<Facet::Value> values;
    for (const auto& [value, items] : counts) values.push_back({value, items});
    std::stable_sort(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.items > b.items; });
    return values;
  }

  void ExpectAsCounted(const std::string& attribute, const Selection& among) const {
    const std::vector<Facet::Value> counted = Counted(attribute, among);
    const std::optional<Facet> facet = index_.FacetOf(attribute, among, counted.size());
    if (!facet) {
      EXPECT_THAT(counted, IsEmpty()) << attribute;
      return;
    }
    EXPECT_TRUE(facet->values == counted) << attribute << " of " << among.count << " items";
    EXPECT_EQ(facet->distinct, counted.size());
  }

  AttributeIndex index_;
  std::map<uint32_t, Attributes> items_;
};

TEST_F(FacetTest, ValuesComeByHowOftenTheyAreThereAndThenInOrder) {
  Put(1, {{"color", "red"}});
  Put(2, {{"color", "blue"}});
  Put(3, {{"color", "red"}});
  Put(4, {{"color", "amber"}});
  Put(5, {});
  const std::optional<Facet> facet = FacetOf("color");
  ASSERT_TRUE(facet.has_value());
  EXPECT_EQ(facet->attribute, "color");
  EXPECT_EQ(facet->type, AttributeType::kString);
  EXPECT_EQ(facet->items, 4u);
  EXPECT_THAT(facet->values, ElementsAre(Value("red", 2), Value("amber", 1), Value("blue", 1)));
}

TEST_F(FacetTest, OnlyTheFirstAreListedButAllAreCounted) {
  for (uint32_t slot = 0; slot < 10; ++slot) Put(slot, {{"size", absl::StrCat("S", slot / 2)}});
  const std::optional<Facet> facet = FacetOf("size", "", 2);
  EXPECT_THAT(facet->values, ElementsAre(Value("S0", 2), Value("S1", 2)));
  EXPECT_EQ(facet->distinct, 5u);
  EXPECT_EQ(facet->items, 10u);
}

TEST_F(FacetTest, OnlyTheSelectedItemsCount) {
  Put(1, {{"color", "red"}, {"price", 10.0}});
  Put(2, {{"color", "red"}, {"price", 30.0}});
  Put(3, {{"color", "blue"}, {"price", 50.0}});
  EXPECT_THAT(FacetOf("color", "price > 20")->values, ElementsAre(Value("blue", 1), Value("red", 1)));
  EXPECT_FALSE(FacetOf("color", "price > 60").has_value());
}

TEST_F(FacetTest, NumbersHaveARange) {
  Put(1, {{"price", 10.5}, {"new", true}});
  Put(2, {{"price", -3.0}, {"new", false}});
  Put(3, {{"price", 99.0}, {"new", true}});
  EXPECT_EQ(FacetOf("price")->least, -3);
  EXPECT_EQ(FacetOf("price")->greatest, 99);
  EXPECT_THAT(FacetOf("price")->values, IsEmpty());
  EXPECT_EQ(FacetOf("price", "new = true")->least, 10.5);
  EXPECT_EQ(FacetOf("price", "new = false")->greatest, -3);
}

TEST_F(FacetTest, BoolsAndMembersOfListsAreValues) {
  Put(1, {{"new", true}, {"tags", std::vector<std::string>{"a", "b", "a"}}});
  Put(2, {{"new", true}, {"tags", std::vector<std::string>{"b"}}});
  Put(3, {{"new", false}, {"tags", std::vector<std::string>{}}});
  EXPECT_THAT(FacetOf("new")->values, ElementsAre(Value(true, 2), Value(false, 1)));
  EXPECT_THAT(FacetOf("tags")->values, ElementsAre(Value("b", 2), Value("a", 1)));
  EXPECT_EQ(FacetOf("tags")->items, 3u);
}

TEST_F(FacetTest, AnAttributeThatNobodyHasHasNone) {
  Put(1, {{"new", true}});
  EXPECT_FALSE(FacetOf("color").has_value());
  index_.Remove(1, {{"new", true}});
  EXPECT_FALSE(FacetOf("new").has_value());
}

TEST_F(FacetTest, AgreesWithCountingItemByItem) {
  RandomFilters random(7);
  for (uint32_t slot = 0; slot < 3000; slot += 1 + slot % 3) Put(slot, random.Item());
  for (int round = 0; round < 200; ++round) {
    const Selection among = Select(random.Expression(2).text);
    for (const char* attribute : {"s0", "s1", "b0", "b1", "l0", "l1"}) ExpectAsCounted(attribute, among);
  }
}

TEST_F(FacetTest, TheRangeAgreesWithLookingItemByItem) {
  std::mt19937 random(11);
  for (uint32_t slot = 0; slot < 5000; ++slot) {
    Put(slot, {{"n", std::uniform_int_distribution<int>(0, 1000)(random) / 8.0},
               {"part", static_cast<double>(std::uniform_int_distribution<int>(0, 300)(random))}});
  }
  for (int part = 0; part <= 300; ++part) {
    const std::string filter = absl::StrCat("part = ", part);
    double least = 1e9, greatest = -1e9;
    for (const auto& [slot, attributes] : items_) {
      if (std::get<double>(attributes.at("part")) != part) continue;
      least = std::min(least, std::get<double>(attributes.at("n")));
      greatest = std::max(greatest, std::get<double>(attributes.at("n")));
    }
    const std::optional<Facet> facet = FacetOf("n", filter);
    ASSERT_EQ(facet.has_value(), least < 1e9);
    if (!facet) continue;
    EXPECT_EQ(facet->least, least);
    EXPECT_EQ(facet->greatest, greatest);
  }
}

}  // namespace
}  // namespace lookalike
