// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/image/image.h"

namespace lookalike {

// Drawn products, for a demonstration without anybody's photos. Each category has a shape of its own, varied by four
// numbers, two colours and a pattern.
enum class ProductCategory {
  kSneaker,
  kBoot,
  kPump,
  kSandal,
  kHandbag,
  kBackpack,
  kTShirt,
  kWatch,
  kMug,
  kVase,
  kLamp,
  kChair,
};
inline constexpr int kProductCategories = 12;

enum class Pattern { kPlain, kStripes, kDots, kChecks, kZigzag };
inline constexpr int kPatterns = 5;

// "sneaker", "boot", … and "plain", "stripes", …: lower case, as attributes of the items.
absl::string_view Name(ProductCategory category);
absl::string_view Name(Pattern pattern);

using RgbColor = std::array<uint8_t, 3>;

// One product.
struct ProductDrawing {
  ProductCategory category = ProductCategory::kSneaker;
  std::array<float, 4> shape = {0.5f, 0.5f, 0.5f, 0.5f};  // 0…1 each; what they vary depends on the category
  RgbColor primary = {60, 90, 160};                       // of the body
  RgbColor secondary = {240, 240, 235};                   // of soles, handles and the pattern
  Pattern pattern = Pattern::kPlain;
  float pattern_size = 0.5f;  // 0 (fine) … 1 (coarse)
};

// One photo of it: where the camera stood, and the light. The defaults look straight at it.
struct ProductView {
  float rotation = 0;            // degrees, clockwise
  float turn = 0;                // degrees about the upright axis: the product appears narrower
  float scale = 1;               // 1 fills about four fifths of the picture
  float shift_x = 0;             // fractions of the picture's side, to the right
  float shift_y = 0;             // the same, down
  float light_direction = -120;  // degrees that the light comes from: 0 is right, -90 is above
  float exposure = 1;            // factor on the product's brightness
  RgbColor background = {246, 246, 244};
};

// Draws a square picture of `size` pixels a side. The same arguments give the same pixels on one machine.
// InvalidArgument for a size outside 16…2048. Thread-safe.
absl::StatusOr<Image> DrawProduct(const ProductDrawing& product, const ProductView& view, int size);

}  // namespace lookalike
