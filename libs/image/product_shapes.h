// SPDX-License-Identifier: Apache-2.0
#pragma once

// The shapes of the categories, for DrawProduct(). Each fills about -1…1 both ways.

#include <algorithm>

#include "libs/image/product_canvas.h"

namespace lookalike {

void DrawSneaker(const ProductDrawing& product, ProductCanvas& canvas);
void DrawBoot(const ProductDrawing& product, ProductCanvas& canvas);
void DrawPump(const ProductDrawing& product, ProductCanvas& canvas);
void DrawSandal(const ProductDrawing& product, ProductCanvas& canvas);
void DrawHandbag(const ProductDrawing& product, ProductCanvas& canvas);
void DrawBackpack(const ProductDrawing& product, ProductCanvas& canvas);
void DrawTShirt(const ProductDrawing& product, ProductCanvas& canvas);
void DrawWatch(const ProductDrawing& product, ProductCanvas& canvas);
void DrawMug(const ProductDrawing& product, ProductCanvas& canvas);
void DrawVase(const ProductDrawing& product, ProductCanvas& canvas);
void DrawLamp(const ProductDrawing& product, ProductCanvas& canvas);
void DrawChair(const ProductDrawing& product, ProductCanvas& canvas);

// Between two lengths, at one of the product's shape numbers.
inline float Between(float low, float high, float number) { return low + (high - low) * number; }

// Which of `count` kinds a shape number stands for.
inline int Choice(float number, int count) {
  return std::min(static_cast<int>(number * static_cast<float>(count)), count - 1);
}

// The product's body: its first colour with its pattern.
inline Material Body(const ProductDrawing& product) {
  return {product.primary, product.secondary, product.pattern, product.pattern_size};
}

inline Material Plain(const RgbColor& color, float relief = 1) { return {.color = color, .relief = relief}; }

inline RgbColor Shade(const RgbColor& color, float factor) {
  RgbColor shaded;
  for (int i = 0; i < 3; ++i) {
    shaded[i] = static_cast<uint8_t>(std::clamp(static_cast<float>(color[i]) * factor, 0.0f, 255.0f));
  }
  return shaded;
}

}  // namespace lookalike
