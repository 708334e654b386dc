// SPDX-License-Identifier: Apache-2.0
#include "libs/image/product_drawing.h"

#include <algorithm>

#include "libs/image/opencv_bridge.h"
#include "libs/image/product_shapes.h"

namespace lookalike {
namespace {

constexpr int kMinSize = 16, kMaxSize = 2048;  // pixels

struct Category {
  const char* name;
  void (*draw)(const ProductDrawing& product, ProductCanvas& canvas);
};

// In the order of ProductCategory.
constexpr Category kCategories[kProductCategories] = {
    {"sneaker", DrawSneaker}, {"boot", DrawBoot},         {"pump", DrawPump},      {"sandal", DrawSandal},
    {"handbag", DrawHandbag}, {"backpack", DrawBackpack}, {"t-shirt", DrawTShirt}, {"watch", DrawWatch},
    {"mug", DrawMug},         {"vase", DrawVase},         {"lamp", DrawLamp},      {"chair", DrawChair},
};

// In the order of Pattern.
constexpr const char* kPatternNames[kPatterns] = {"plain", "stripes", "dots", "checks", "zigzag"};

}  // namespace

absl::string_view Name(ProductCategory category) { return kCategories[static_cast<int>(category)].name; }

absl::string_view Name(Pattern pattern) { return kPatternNames[static_cast<int>(pattern)]; }

absl::StatusOr<Image> DrawProduct(const ProductDrawing& product, const ProductView& view, int size) {
  if (size < kMinSize || size > kMaxSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("drawing: size ", size, " pixels (wanted: ", kMinSize, " to ", kMaxSize, ")"));
  }
  Image image;
  const absl::Status status = WithOpenCv("drawing", [&] {
    ProductCanvas canvas(view, size);
    kCategories[static_cast<int>(product.category)].draw(product, canvas);
    image = canvas.Finish();
  });
  if (!status.ok()) return status;
  return image;
}

}  // namespace lookalike
