// SPDX-License-Identifier: Apache-2.0
#include "libs/image/product_drawing.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

constexpr int kSize = 64;

ProductDrawing OfCategory(int category) { return {.category = static_cast<ProductCategory>(category)}; }

Image Draw(const ProductDrawing& product, const ProductView& view = ProductView()) {
  absl::StatusOr<Image> image = DrawProduct(product, view, kSize);
  EXPECT_TRUE(image.ok()) << image.status();
  return image.value_or(Image());
}

RgbColor PixelOf(const Image& image, int x, int y) {
  const auto pixel = image.pixels.begin() + (y * image.width + x) * 3;
  return {pixel[0], pixel[1], pixel[2]};
}

// The share of pixels that differ visibly between two pictures.
double Difference(const Image& a, const Image& b) {
  int differing = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) differing += std::abs(a.pixels[i] - b.pixels[i]) > 20;
  return static_cast<double>(differing) / static_cast<double>(a.pixels.size());
}

TEST(ProductDrawingTest, EveryCategoryStandsOnALightBackground) {
  for (int category = 0; category < kProductCategories; ++category) {
    const Image image = Draw(OfCategory(category));
    ASSERT_EQ(image.pixels.size(), size_t{3} * kSize * kSize);
    for (const auto& [x, y] : {std::pair{0, 0}, {kSize - 1, 0}, {0, kSize - 1}, {kSize - 1, kSize - 1}}) {
      for (const uint8_t value : PixelOf(image, x, y)) EXPECT_GT(value, 215) << "category " << category;
    }
    EXPECT_GT(std::ranges::count_if(image.pixels, [](uint8_t value) { return value < 180; }), 300);
  }
}

TEST(ProductDrawingTest, CategoriesHaveTheirOwnNamesAndShapes) {
  std::set<std::string> names;
  for (int a = 0; a < kProductCategories; ++a) {
    names.insert(std::string(Name(static_cast<ProductCategory>(a))));
    for (int b = 0; b < a; ++b) EXPECT_GT(Difference(Draw(OfCategory(a)), Draw(OfCategory(b))), 0.05) << a << ' ' << b;
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(kProductCategories));
}

TEST(ProductDrawingTest, EveryShapeNumberAndColorShows) {
  for (int category = 0; category < kProductCategories; ++category) {
    for (size_t i = 0; i < 4; ++i) {
      ProductDrawing low = OfCategory(category), high = low;
      low.shape[i] = 0;
      high.shape[i] = 1;
      EXPECT_NE(Draw(low).pixels, Draw(high).pixels) << "category " << category << ", number " << i;
    }
    ProductDrawing red = OfCategory(category), trimmed = red;
    red.primary = {200, 30, 30};
    EXPECT_GT(Difference(Draw(OfCategory(category)), Draw(red)), 0.01) << "category " << category;
    trimmed.secondary = {200, 30, 30};
    trimmed.pattern = red.pattern = Pattern::kChecks;
    EXPECT_GT(Difference(Draw(red), Draw(trimmed)), 0.01) << "category " << category;
  }
}

TEST(ProductDrawingTest, EveryPatternLooksDifferent) {
  for (int a = 0; a < kPatterns; ++a) {
    for (int b = 0; b < a; ++b) {
      ProductDrawing first{.category = ProductCategory::kBackpack, .pattern = static_cast<Pattern>(a)};
      ProductDrawing second{.category = ProductCategory::kBackpack, .pattern = static_cast<Pattern>(b)};
      EXPECT_GT(Difference(Draw(first), Draw(second)), 0.03) << Name(first.pattern) << ' ' << Name(second.pattern);
    }
  }
}

TEST(ProductDrawingTest, AViewMovesTheProduct) {
  const Image straight = Draw(OfCategory(0));
  for (const ProductView& view : {ProductView{.rotation = 9}, ProductView{.turn = 30}, ProductView{.scale = 0.8f},
                                  ProductView{.shift_x = 0.05f}, ProductView{.shift_y = 0.05f}}) {
    EXPECT_GT(Difference(straight, Draw(OfCategory(0), view)), 0.02);
  }
}

TEST(ProductDrawingTest, StaysWithinThePictureWhereverTheViewPutsIt) {
  for (const float shift : {-3.0f, -0.5f, 0.5f, 3.0f}) {
    EXPECT_EQ(Draw(OfCategory(1), {.rotation = 170, .scale = 5, .shift_x = shift, .shift_y = shift}).width, kSize);
  }
}

TEST(ProductDrawingTest, RefusesASizeOutOfRange) {
  for (const int size : {-1, 0, 15, 2049}) {
    EXPECT_EQ(DrawProduct(ProductDrawing(), ProductView(), size).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace lookalike
