// SPDX-License-Identifier: Apache-2.0
#include "libs/image/product_shapes.h"

namespace lookalike {
namespace {

constexpr RgbColor kMetal = {200, 180, 120}, kSteel = {188, 192, 198}, kDark = {40, 40, 44};

}  // namespace

// Shape numbers: width, height, rise of the handle, closure.
void DrawHandbag(const ProductDrawing& product, ProductCanvas& canvas) {
  const float width = Between(0.62f, 0.92f, product.shape[0]), bottom = 0.82f;
  const float top = bottom - Between(0.75f, 1.15f, product.shape[1]), shoulder = width * 0.86f;
  const float rise = Between(0.3f, 0.62f, product.shape[2]);
  const Material trim = Plain(product.secondary);
  canvas.Stroke(Arc({0, top + 0.05f}, shoulder * 0.62f, rise, 180, 360), 0.08f, Plain(Shade(product.secondary, 0.85f)));
  canvas.Fill(ClosedCurve({{-shoulder, top},
                           {0, top - 0.03f},
                           {shoulder, top},
                           {width * 0.97f, (top + bottom) / 2},
                           {width, bottom - 0.1f},
                           {width * 0.9f, bottom},
                           {0, bottom + 0.02f},
                           {-width * 0.9f, bottom},
                           {-width, bottom - 0.1f},
                           {-width * 0.97f, (top + bottom) / 2}}),
              Body(product));
  const float middle = top + (bottom - top) * 0.52f;
  switch (Choice(product.shape[3], 3)) {
    case 0:  // a rounded flap with a clasp
      canvas.Fill(Curve({{-shoulder, top},
                         {-shoulder, top},
                         {-shoulder * 0.95f, middle - 0.12f},
                         {-shoulder * 0.5f, middle + 0.04f},
                         {0, middle + 0.07f},
                         {shoulder * 0.5f, middle + 0.04f},
                         {shoulder * 0.95f, middle - 0.12f},
                         {shoulder, top},
                         {shoulder, top}}),
                  Plain(Shade(product.primary, 0.82f)));
      canvas.Fill(Arc({0, middle + 0.02f}, 0.08f, 0.08f), Plain(kMetal));
      break;
    case 1:  // a zip and a pocket
      canvas.Stroke({{-shoulder * 0.92f, top + 0.08f}, {shoulder * 0.92f, top + 0.08f}}, 0.05f, Plain(kMetal));
      canvas.Fill({{-width * 0.6f, middle},
                   {width * 0.6f, middle},
                   {width * 0.56f, bottom - 0.12f},
                   {-width * 0.56f, bottom - 0.12f}},
                  trim);
      break;
    default:  // two straps down the front
      for (const float x : {-0.45f, 0.45f}) {
        canvas.Stroke({{x * shoulder, top}, {x * shoulder, bottom - 0.05f}}, 0.1f, trim);
        canvas.Fill(Arc({x * shoulder, top + 0.16f}, 0.055f, 0.055f), Plain(kMetal));
      }
  }
  canvas.Stroke({{-width * 0.88f, bottom - 0.02f}, {width * 0.88f, bottom - 0.02f}}, 0.07f, trim);
}

// Shape numbers: width, roundness of the top, height of the pocket, its kind.
void DrawBackpack(const ProductDrawing& product, ProductCanvas& canvas) {
  const float width = Between(0.55f, 0.75f, product.shape[0]), top = -0.78f, bottom = 0.9f;
  const float round = Between(0.55f, 0.95f, product.shape[1]);
  const float pocket = bottom - Between(0.55f, 0.9f, product.shape[2]);
  const Material trim = Plain(product.secondary);
  for (const float side : {-1.0f, 1.0f}) {
    canvas.Stroke(Curve({{side * width * 0.7f, top + 0.2f},
                         {side * (width + 0.16f), 0},
                         {side * (width + 0.1f), 0.55f},
                         {side * width * 0.8f, 0.8f}}),
                  0.12f, Plain(Shade(product.primary, 0.6f)));
  }
  canvas.Stroke(Arc({0, top + 0.05f}, 0.2f, 0.2f, 180, 360), 0.07f, Plain(Shade(product.primary, 0.6f)));
  canvas.Fill(ClosedCurve({{-width, bottom - 0.2f},
                           {-width, -0.1f},
                           {-width * round, top + 0.22f},
                           {-width * 0.4f, top + 0.02f},
                           {0, top},
                           {width * 0.4f, top + 0.02f},
                           {width * round, top + 0.22f},
                           {width, -0.1f},
                           {width, bottom - 0.2f},
                           {width * 0.85f, bottom},
                           {0, bottom + 0.02f},
                           {-width * 0.85f, bottom}}),
              Body(product));
  canvas.Stroke(Curve({{-width * 0.93f, 0.1f},
                       {-width * round * 0.9f, top + 0.36f},
                       {0, top + 0.16f},
                       {width * round * 0.9f, top + 0.36f},
                       {width * 0.93f, 0.1f}}),
                0.035f, Plain(Shade(product.secondary, 0.8f), 0.5f));
  canvas.Fill(ClosedCurve({{-width * 0.76f, bottom - 0.2f},
                           {-width * 0.76f, pocket + 0.1f},
                           {-width * 0.6f, pocket},
                           {width * 0.6f, pocket},
                           {width * 0.76f, pocket + 0.1f},
                           {width * 0.76f, bottom - 0.2f},
                           {width * 0.6f, bottom - 0.08f},
                           {-width * 0.6f, bottom - 0.08f}}),
              Choice(product.shape[3], 2) == 0 ? trim : Plain(Shade(product.primary, 0.8f)));
  canvas.Stroke({{-width * 0.58f, pocket + 0.14f}, {width * 0.58f, pocket + 0.14f}}, 0.035f, Plain(kDark, 0.5f));
  if (product.shape[3] > 0.3f && product.shape[3] < 0.8f) {
    canvas.Fill({{-0.1f, top + 0.42f}, {0.1f, top + 0.42f}, {0.1f, top + 0.62f}, {-0.1f, top + 0.62f}}, trim);
  }
}

// Shape numbers: length of the sleeves, width, depth of the neck, print.
void DrawTShirt(const ProductDrawing& product, ProductCanvas& canvas) {
  const float sleeve = Between(0.3f, 0.95f, product.shape[0]), width = Between(0.44f, 0.58f, product.shape[1]);
  const float neck = Between(0.1f, 0.4f, product.shape[2]), top = -0.78f, bottom = 0.88f;
  const Material trim = Plain(product.secondary, 0.5f);
  for (const float side : {-1.0f, 1.0f}) {
    const float reach = side * (width + sleeve * 0.42f), drop = top + 0.25f + sleeve * 0.85f;
    canvas.Fill({{side * width * 0.75f, top + 0.06f},
                 {side * (width + 0.04f), top + 0.16f},
                 {reach + side * 0.06f, drop - 0.06f},
                 {reach - side * 0.22f, drop + 0.1f},
                 {side * (width - 0.06f), top + 0.66f}},
                Body(product));
    canvas.Stroke({{reach + side * 0.05f, drop - 0.07f}, {reach - side * 0.21f, drop + 0.09f}}, 0.06f, trim);
  }
  canvas.Fill(Curve({{-width, bottom},
                     {-width, bottom},
                     {-width * 0.96f, 0.1f},
                     {-width, top + 0.45f},
                     {-width * 0.88f, top + 0.08f},
                     {-0.22f, top - 0.04f},
                     {-0.22f, top - 0.04f},
                     {-0.13f, top + neck * 0.75f},
                     {0, top + neck},
                     {0.13f, top + neck * 0.75f},
                     {0.22f, top - 0.04f},
                     {0.22f, top - 0.04f},
                     {width * 0.88f, top + 0.08f},
                     {width, top + 0.45f},
                     {width * 0.96f, 0.1f},
                     {width, bottom},
                     {width, bottom}}),
              Body(product));
  canvas.Stroke(Curve({{-0.22f, top - 0.03f},
                       {-0.13f, top + neck * 0.75f},
                       {0, top + neck},
                       {0.13f, top + neck * 0.75f},
                       {0.22f, top - 0.03f}}),
                0.06f, trim);
  switch (Choice(product.shape[3], 4)) {
    case 0:
      canvas.Fill(Arc({0, -0.05f}, 0.24f, 0.24f), trim);
      break;
    case 1:
      canvas.Fill({{-width * 0.97f, -0.18f}, {width * 0.97f, -0.18f}, {width * 0.96f, 0.1f}, {-width * 0.96f, 0.1f}},
                  trim);
      break;
    case 2:
      canvas.Fill({{0.12f, -0.3f}, {0.36f, -0.3f}, {0.36f, -0.08f}, {0.24f, 0}, {0.12f, -0.08f}}, trim);
      break;
    default:
      break;
  }
}

// Shape numbers: size of the dial, its form, width of the strap, hour marks.
void DrawWatch(const ProductDrawing& product, ProductCanvas& canvas) {
  const float radius = Between(0.34f, 0.5f, product.shape[0]), strap = Between(0.17f, 0.29f, product.shape[2]);
  const bool round = product.shape[1] < 0.6f;
  const auto dial = [&](float size) {
    if (round) return Arc({0, 0}, size, size);
    const float corner = size * 0.94f;
    return ClosedCurve({{-corner, -size},
                        {corner, -size},
                        {size, -corner},
                        {size, corner},
                        {corner, size},
                        {-corner, size},
                        {-size, corner},
                        {-size, -corner}});
  };
  canvas.Fill({{-strap, -0.2f}, {-strap * 0.8f, -0.97f}, {strap * 0.8f, -0.97f}, {strap, -0.2f}}, Body(product));
  canvas.Fill({{-strap, 0.2f}, {-strap * 0.8f, 0.97f}, {strap * 0.8f, 0.97f}, {strap, 0.2f}}, Body(product));
  for (const float y : {0.62f, 0.74f, 0.86f}) canvas.Fill(Arc({0, y}, 0.025f, 0.03f), Plain(kDark, 0));
  canvas.Fill({{radius, -0.05f}, {radius + 0.08f, -0.05f}, {radius + 0.08f, 0.05f}, {radius, 0.05f}}, Plain(kSteel));
  canvas.Fill(dial(radius), Plain(product.shape[3] > 0.5f ? kMetal : kSteel));
  canvas.Fill(dial(radius * 0.84f), Plain(product.secondary, 0.3f));
  const int dial_brightness = product.secondary[0] + product.secondary[1] + product.secondary[2];
  const Material hands = Plain(dial_brightness > 380 ? kDark : kSteel, 0);
  const int marks = Choice(product.shape[3], 2) == 0 ? 12 : 4;
  for (int i = 0; i < marks; ++i) {
    const Outline turn = Arc({0, 0}, 1, 1, 360.0f * static_cast<float>(i) / static_cast<float>(marks), 360);
    const Point direction = turn.front();
    canvas.Stroke({{direction.x * radius * 0.64f, direction.y * radius * 0.64f},
                   {direction.x * radius * 0.73f, direction.y * radius * 0.73f}},
                  0.03f, hands);
  }
  canvas.Stroke({{0, 0}, {-radius * 0.3f, -radius * 0.36f}}, 0.045f, hands);
  canvas.Stroke({{0, 0}, {radius * 0.5f, -radius * 0.3f}}, 0.03f, hands);
}

}  // namespace lookalike
