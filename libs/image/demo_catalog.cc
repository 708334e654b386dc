// SPDX-License-Identifier: Apache-2.0
#include "libs/image/demo_catalog.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace lookalike {
namespace {

struct NamedColor {
  const char* name;
  RgbColor value;
};

constexpr std::array<NamedColor, 16> kColors = {{{"navy", {38, 56, 104}},
                                                 {"red", {190, 44, 48}},
                                                 {"mustard", {214, 164, 48}},
                                                 {"forest green", {46, 98, 66}},
                                                 {"pink", {232, 150, 170}},
                                                 {"black", {44, 44, 48}},
                                                 {"sky blue", {118, 178, 220}},
                                                 {"brown", {120, 78, 50}},
                                                 {"white", {236, 236, 232}},
                                                 {"purple", {110, 70, 140}},
                                                 {"orange", {226, 116, 44}},
                                                 {"teal", {32, 132, 136}},
                                                 {"beige", {212, 190, 156}},
                                                 {"burgundy", {112, 30, 52}},
                                                 {"grey", {138, 142, 148}},
                                                 {"mint", {152, 208, 180}}}};
constexpr int kColorCount = static_cast<int>(kColors.size());
constexpr int kDyeReach = 8;   // no two products have quite the same dye
constexpr int kColorStep = 5;  // has no divisor in common with kColorCount, so that every colour has its turn

struct Assortment {
  const char* department;
  int lowest_price, highest_price;
};

// In the order of ProductCategory.
constexpr std::array<Assortment, kProductCategories> kAssortment = {{{"shoes", 45, 140},
                                                                     {"shoes", 80, 220},
                                                                     {"shoes", 50, 180},
                                                                     {"shoes", 25, 90},
                                                                     {"bags", 60, 320},
                                                                     {"bags", 40, 160},
                                                                     {"clothing", 12, 45},
                                                                     {"accessories", 70, 400},
                                                                     {"home", 8, 28},
                                                                     {"home", 15, 95},
                                                                     {"home", 35, 190},
                                                                     {"home", 60, 280}}};

// The standard fixes the numbers of mt19937_64 but not those of its distributions, which differ between libraries.
class Dice {
 public:
  // Scrambled, so that neighbouring products do not begin alike.
  Dice(uint64_t seed, uint64_t stream) : random_(seed * 0x9E3779B97F4A7C15 ^ (stream + 1) * 0xD1B54A32D192ED03) {}

  // At least `low`, below `high`.
  float Between(float low, float high) {
    const float fraction = static_cast<float>(random_() >> 40) * 0x1p-24f;
    return low + (high - low) * fraction;
  }

  // 0 … count − 1.
  int Below(int count) { return static_cast<int>(random_() % static_cast<uint64_t>(count)); }

  bool Chance(float probability) { return Between(0, 1) < probability; }

 private:
  std::mt19937_64 random_;
};

// A colour near another: each channel at most `reach` away.
RgbColor Near(const RgbColor& color, int reach, Dice& dice) {
  RgbColor near;
  for (int i = 0; i < 3; ++i) {
    near[i] = static_cast<uint8_t>(std::clamp(color[i] + dice.Below(2 * reach + 1) - reach, 0, 255));
  }
  return near;
}

int ColorDistance(const RgbColor& a, const RgbColor& b) {
  int distance = 0;
  for (int i = 0; i < 3; ++i) distance += std::abs(a[i] - b[i]);
  return distance;
}

// A second colour that shows on the first.
RgbColor ContrastTo(const RgbColor& primary, Dice& dice) {
  constexpr int kEnough = 200;  // of 765
  while (true) {
    const RgbColor& color = kColors[dice.Below(kColorCount)].value;
    if (ColorDistance(color, primary) > kEnough) return Near(color, kDyeReach, dice);
  }
}

double Price(const Assortment& assortment, Dice& dice) {
  const int whole = assortment.lowest_price + dice.Below(assortment.highest_price - assortment.lowest_price);
  return whole + (dice.Chance(0.5f) ? 0.9 : 0.5);
}

std::vector<std::string> Tags(const Assortment& assortment, Dice& dice) {
  std::vector<std::string> tags = {assortment.department};
  for (const char* tag : {"new", "sale", "bestseller"}) {
    if (dice.Chance(0.2f)) tags.emplace_back(tag);
  }
  return tags;
}

// The first view is the shop's own: straight, in the middle. The others are as if taken with a telephone.
ProductView View(int number, Dice& dice) {
  if (number == 1) return {};
  ProductView view;
  view.rotation = dice.Between(-9, 9);
  view.turn = dice.Between(0, 24);
  view.scale = dice.Between(0.84f, 1.0f);
  view.shift_x = dice.Between(-0.04f, 0.04f);
  view.shift_y = dice.Between(-0.04f, 0.04f);
  view.light_direction = dice.Between(-150, -30);
  view.exposure = dice.Between(0.9f, 1.1f);
  view.background = Near({240, 239, 236}, 5, dice);
  return view;
}

// What all views of the product with this index have in common.
DemoItem PlanProduct(int index, uint64_t seed, Dice& dice) {
  const int category = index % kProductCategories, turn = index / kProductCategories;
  const int first_color = Dice(seed, ~static_cast<uint64_t>(category)).Below(kColorCount);
  const NamedColor& color = kColors[(first_color + turn * kColorStep) % kColorCount];
  const Assortment& assortment = kAssortment[category];
  DemoItem item;
  item.drawing.category = static_cast<ProductCategory>(category);
  for (float& number : item.drawing.shape) number = dice.Between(0, 1);
  item.drawing.primary = Near(color.value, kDyeReach, dice);
  item.drawing.secondary = ContrastTo(color.value, dice);
  item.drawing.pattern = dice.Chance(0.45f) ? Pattern::kPlain : static_cast<Pattern>(1 + dice.Below(kPatterns - 1));
  item.drawing.pattern_size = dice.Between(0, 1);
  item.category = std::string(Name(item.drawing.category));
  item.color = color.name;
  item.pattern = std::string(Name(item.drawing.pattern));
  item.group = absl::StrFormat("%s-%04d", item.category, index + 1);
  item.price = Price(assortment, dice);
  item.in_stock = dice.Chance(0.85f);
  item.tags = Tags(assortment, dice);
  return item;
}

}  // namespace

std::vector<DemoItem> PlanDemoCatalog(int count, uint64_t seed) {
  std::vector<DemoItem> items;
  items.reserve(std::max(count, 0));
  for (int index = 0; static_cast<int>(items.size()) < count; ++index) {
    Dice dice(seed, index);
    DemoItem item = PlanProduct(index, seed, dice);
    for (int number = 1; number <= kDemoViews && static_cast<int>(items.size()) < count; ++number) {
      item.view_number = number;
      item.view = View(number, dice);
      item.id = absl::StrCat(item.group, "-view", number);
      item.file_name = absl::StrCat(item.id, ".jpg");
      items.push_back(item);
    }
  }
  return items;
}

}  // namespace lookalike
