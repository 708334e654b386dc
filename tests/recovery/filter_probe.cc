// SPDX-License-Identifier: Apache-2.0
#include "tests/recovery/filter_probe.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

bool HasTag(const Facts& facts, const std::string& tag) {
  return std::find(facts.tags.begin(), facts.tags.end(), tag) != facts.tags.end();
}

FilterProbe ColorIs(const std::string& color) {
  return {absl::StrCat("color = \"", color, "\""), [color](const Facts& facts) { return facts.color == color; }};
}

FilterProbe PriceBetween(double least, double below) {
  return {absl::StrCat("price >= ", least, " and price < ", below),
          [least, below](const Facts& facts) { return facts.price >= least && facts.price < below; }};
}

FilterProbe InStockIs(bool in_stock) {
  return {absl::StrCat("in_stock = ", in_stock ? "true" : "false"),
          [in_stock](const Facts& facts) { return facts.in_stock == in_stock; }};
}

FilterProbe TagIs(const std::string& tag) {
  return {absl::StrCat("tags = \"", tag, "\""), [tag](const Facts& facts) { return HasTag(facts, tag); }};
}

FilterProbe SizeAtLeast(double size) {
  return {absl::StrCat("exists size and size >= ", size),
          [size](const Facts& facts) { return facts.size && *facts.size >= size; }};
}

FilterProbe ColorIn(const std::string& one, const std::string& other) {
  return {absl::StrCat("color in [\"", one, "\", \"", other, "\"]"),
          [one, other](const Facts& facts) { return facts.color == one || facts.color == other; }};
}

FilterProbe Both(const FilterProbe& a, const FilterProbe& b) {
  return {absl::StrCat("(", a.text, ") and (", b.text, ")"),
          [a, b](const Facts& facts) { return a.matches(facts) && b.matches(facts); }};
}

FilterProbe NotBoth(const FilterProbe& a, const FilterProbe& b) {
  return {absl::StrCat("not (", a.text, ") or not (", b.text, ")"),
          [a, b](const Facts& facts) { return !a.matches(facts) || !b.matches(facts); }};
}

FilterProbe Simple(const Facts& facts, Random& random) {
  switch (random.Below(6)) {
    case 0:
      return ColorIs(facts.color);
    case 1:
      return InStockIs(facts.in_stock);
    case 2:
      if (!facts.tags.empty()) return TagIs(random.Pick(facts.tags));
      break;
    case 3:
      if (facts.size) return SizeAtLeast(*facts.size);
      break;
    case 4:
      return ColorIn(random.Pick(Colors()), facts.color);
    default:
      break;
  }
  const double width = static_cast<double>(random.Between(1, 400)) / 2;
  return PriceBetween(facts.price, facts.price + width);
}

}  // namespace

FilterProbe MakeFilterProbe(const Facts& facts, Random& random) {
  const FilterProbe first = Simple(facts, random);
  if (random.Chance(0.5)) return first;
  if (random.Chance(0.7)) return Both(first, Simple(facts, random));
  // False only for those in stock at a price above all: the item's own price is below.
  return NotBoth(InStockIs(true), PriceBetween(facts.price + 1, facts.price + 1000));
}

}  // namespace lookalike
