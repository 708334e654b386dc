// SPDX-License-Identifier: Apache-2.0
#include "libs/image/product_shapes.h"

namespace lookalike {
namespace {

constexpr RgbColor kRubber = {58, 54, 52}, kLace = {245, 244, 240}, kMetal = {196, 190, 178};

}  // namespace

// Shape numbers: thickness of the sole, height of the collar, length of the toe cap, decoration of the side.
void DrawSneaker(const ProductDrawing& product, ProductCanvas& canvas) {
  const float sole = Between(0.12f, 0.27f, product.shape[0]), ground = 0.56f, base = ground - sole;
  const float collar = base - Between(0.5f, 0.95f, product.shape[1]);
  const float cap = Between(0.5f, 0.78f, product.shape[2]);
  const Material side = Plain(product.secondary);
  canvas.Fill(ClosedCurve({{-0.9f, base + 0.05f},
                           {-0.93f, base - 0.3f},
                           {-0.84f, collar},
                           {-0.62f, collar + 0.07f},
                           {-0.36f, collar + 0.08f},
                           {-0.18f, collar - 0.03f},
                           {0.1f, base - 0.42f},
                           {0.52f, base - 0.27f},
                           {0.86f, base - 0.2f},
                           {0.96f, base + 0.05f},
                           {0, base + 0.07f}}),
              Body(product));
  canvas.Fill(ClosedCurve({{cap, base + 0.06f},
                           {cap - 0.08f, base - 0.12f},
                           {cap, base - 0.25f},
                           {0.86f, base - 0.2f},
                           {0.96f, base + 0.05f}}),
              side);
  canvas.Fill(
      ClosedCurve({{-0.9f, base + 0.05f}, {-0.93f, base - 0.3f}, {-0.7f, base - 0.22f}, {-0.62f, base + 0.05f}}), side);
  switch (Choice(product.shape[3], 4)) {
    case 0:  // slanted bars
      for (int i = 0; i < 3; ++i) {
        const float x = -0.42f + 0.2f * static_cast<float>(i);
        canvas.Stroke({{x, base - 0.04f}, {x + 0.17f, base - 0.32f}}, 0.075f, side);
      }
      break;
    case 1:  // one sweeping band
      canvas.Stroke(Curve({{-0.56f, base - 0.3f}, {-0.2f, base - 0.1f}, {0.12f, base - 0.16f}, {0.36f, base - 0.3f}}),
                    0.1f, side);
      break;
    case 2:  // a round badge
      canvas.Fill(Arc({-0.3f, base - 0.24f}, 0.15f, 0.15f), side);
      break;
    default:
      break;
  }
  for (int i = 0; i < 4; ++i) {
    const float x = -0.1f + 0.13f * static_cast<float>(i), y = base - 0.58f + 0.09f * static_cast<float>(i);
    canvas.Stroke({{x - 0.12f, y + 0.14f}, {x + 0.02f, y + 0.07f}}, 0.04f, Plain(kLace, 0.4f));
  }
  canvas.Fill(ClosedCurve({{-0.95f, base},
                           {0, base + 0.04f},
                           {0.95f, base},
                           {1.0f, base + sole * 0.4f},
                           {0.9f, ground},
                           {0, ground},
                           {-0.88f, ground},
                           {-0.98f, base + sole * 0.5f}}),
              Plain({238, 236, 230}));
  canvas.Stroke({{-0.84f, ground - 0.01f}, {0.84f, ground - 0.01f}}, 0.04f, Plain(kRubber));
}

// Shape numbers: height of the shaft, its width, height of the heel, fastening.
void DrawBoot(const ProductDrawing& product, ProductCanvas& canvas) {
  const float top = Between(-0.2f, -0.92f, product.shape[0]), width = Between(0.5f, 0.72f, product.shape[1]);
  const float heel = Between(0.08f, 0.32f, product.shape[2]), ground = 0.9f, back = -0.62f;
  const float base = ground - heel, ball = ground - 0.08f, front = back + width;
  const Material leather = Body(product), trim = Plain(product.secondary);
  canvas.Fill(
      {{back + 0.02f, base - 0.05f}, {back + 0.34f, base - 0.03f}, {back + 0.3f, ground}, {back + 0.04f, ground}},
      Plain(kRubber));
  canvas.Fill(ClosedCurve({{back + 0.02f, base},
                           {back - 0.02f, base - 0.22f},
                           {back + 0.04f, base - 0.5f},
                           {back, top + 0.04f},
                           {back + 0.06f, top},
                           {front - 0.06f, top - 0.02f},
                           {front, top + 0.02f},
                           {front - 0.02f, base - 0.5f},
                           {front + 0.12f, base - 0.3f},
                           {0.52f, ball - 0.28f},
                           {0.76f, ball - 0.12f},
                           {0.78f, ball},
                           {0.4f, ball},
                           {back + 0.4f, base + 0.02f}}),
              leather);
  canvas.Stroke(Curve({{back + 0.04f, base}, {back + 0.4f, base + 0.02f}, {0.3f, ball + 0.02f}, {0.76f, ball + 0.02f}}),
                0.09f, Plain(kRubber));
  switch (Choice(product.shape[3], 4)) {
    case 0:  // laces
      for (float y = base - 0.3f; y > top + 0.12f; y -= 0.13f) {
        canvas.Stroke({{front - 0.24f, y}, {front - 0.02f, y - 0.05f}}, 0.04f, Plain(kLace, 0.4f));
      }
      break;
    case 1:  // a strap with a buckle
      canvas.Stroke({{back + 0.03f, base - 0.36f}, {front, base - 0.4f}}, 0.1f, trim);
      canvas.Stroke(Arc({back + width * 0.55f, base - 0.385f}, 0.07f, 0.08f), 0.03f, Plain(kMetal), true);
      break;
    case 2:  // a warm collar
      canvas.Stroke({{back + 0.02f, top + 0.04f}, {front - 0.04f, top + 0.02f}}, 0.2f, trim);
      break;
    default:  // an elastic side
      canvas.Fill({{back + 0.18f, top + 0.02f},
                   {back + 0.36f, top + 0.02f},
                   {back + 0.32f, base - 0.3f},
                   {back + 0.22f, base - 0.3f}},
                  trim);
  }
}

// Shape numbers: height of the heel, its thickness, point of the toe, ornament.
void DrawPump(const ProductDrawing& product, ProductCanvas& canvas) {
  const float heel = Between(0.3f, 0.85f, product.shape[0]), thickness = Between(0.06f, 0.26f, product.shape[1]);
  const float toe = Between(0.82f, 1.0f, product.shape[2]), ground = 0.62f, base = ground - heel, ball = ground - 0.05f;
  const Material trim = Plain(product.secondary);
  const Material lining = Plain(Shade(product.primary, 0.55f));
  canvas.Fill(ClosedCurve({{-0.8f, base - 0.3f},
                           {-0.5f, base - 0.18f},
                           {0.1f, ball - 0.32f},
                           {0.42f, ball - 0.26f},
                           {0.1f, ball - 0.16f},
                           {-0.5f, base + 0.02f}}),
              lining);
  canvas.Fill(Curve({{-0.86f, base + 0.02f},
                     {-0.8f, base + 0.3f * heel},
                     {-0.74f, ground},
                     {-0.74f, ground},
                     {-0.74f + thickness, ground},
                     {-0.74f + thickness, ground},
                     {-0.62f + thickness, base + 0.3f * heel},
                     {-0.4f, base + 0.1f}}),
              trim);
  canvas.Fill(ClosedCurve({{-0.87f, base + 0.05f},
                           {-0.9f, base - 0.18f},
                           {-0.82f, base - 0.32f},
                           {-0.52f, base - 0.05f},
                           {0.0f, ball - 0.2f},
                           {0.4f, ball - 0.27f},
                           {0.7f, ball - 0.2f},
                           {toe, ball},
                           {0.5f, ball + 0.02f},
                           {0.15f, ball},
                           {-0.4f, base + 0.22f * heel + 0.06f}}),
              Body(product));
  canvas.Stroke(Curve({{-0.8f, base + 0.07f},
                       {-0.4f, base + 0.22f * heel + 0.08f},
                       {0.15f, ball + 0.02f},
                       {toe - 0.04f, ball + 0.02f}}),
                0.05f, Plain(kRubber));
  switch (Choice(product.shape[3], 4)) {
    case 0:  // a strap round the ankle
      canvas.Stroke(Arc({-0.62f, base - 0.46f}, 0.27f, 0.1f), 0.05f, trim, true);
      canvas.Stroke({{-0.84f, base - 0.2f}, {-0.87f, base - 0.46f}}, 0.09f, trim);
      break;
    case 1:  // a bow
      canvas.Fill({{0.42f, ball - 0.28f}, {0.22f, ball - 0.42f}, {0.22f, ball - 0.18f}}, trim);
      canvas.Fill({{0.42f, ball - 0.28f}, {0.62f, ball - 0.38f}, {0.64f, ball - 0.14f}}, trim);
      canvas.Fill(Arc({0.42f, ball - 0.28f}, 0.05f, 0.06f), trim);
      break;
    case 2:  // a toe of the second colour
      canvas.Fill(ClosedCurve({{0.62f, ball + 0.01f},
                               {0.56f, ball - 0.12f},
                               {0.66f, ball - 0.21f},
                               {0.84f, ball - 0.14f},
                               {toe, ball}}),
                  trim);
      break;
    default:
      break;
  }
}

// Shape numbers: thickness of the sole, number of straps, their width, strap at the heel.
void DrawSandal(const ProductDrawing& product, ProductCanvas& canvas) {
  const float sole = Between(0.08f, 0.3f, product.shape[0]), ground = 0.5f, base = ground - sole;
  const float lift = Between(0.02f, 0.22f, product.shape[0]);
  const int straps = 2 + Choice(product.shape[1], 3);
  const float width = Between(0.06f, 0.14f, product.shape[2]);
  const Material strap = Body(product);
  // The straps end where the foot would be: along its back, which falls towards the toes.
  const auto instep = [&](float x) { return base - 0.24f - 0.34f * (0.72f - x) / 1.2f; };
  if (product.shape[3] > 0.4f) {
    canvas.Stroke(Arc({-0.6f, base - lift - 0.48f}, 0.3f, 0.11f), width * 0.9f, strap, true);
    canvas.Stroke(Curve({{-0.85f, base - lift}, {-0.9f, base - lift - 0.25f}, {-0.86f, base - lift - 0.46f}}),
                  width * 1.3f, strap);
    canvas.Stroke({{0.46f, instep(0.46f) + width * 0.4f}, {-0.3f, instep(-0.3f) + width * 0.3f}}, width * 0.8f, strap);
  }
  for (int i = 0; i < straps; ++i) {
    const float x = 0.66f - 0.85f * static_cast<float>(i) / static_cast<float>(straps);
    const float upper = x - 0.1f, half = width * 0.85f, low = base + 0.05f;
    canvas.Fill({{x - width, low},
                 {upper - half, instep(upper - half)},
                 {upper + half, instep(upper + half)},
                 {x + width, low}},
                strap);
  }
  canvas.Fill(ClosedCurve({{-0.92f, base - lift},
                           {-0.3f, base - lift * 0.8f},
                           {0.3f, base},
                           {0.9f, base - 0.02f},
                           {0.98f, base + 0.06f},
                           {0.86f, ground},
                           {0.2f, ground},
                           {-0.86f, ground},
                           {-0.96f, base + sole * 0.3f}}),
              Plain(product.secondary));
  canvas.Stroke(Curve({{-0.9f, base - lift}, {-0.3f, base - lift * 0.8f}, {0.3f, base}, {0.92f, base}}), 0.06f,
                Plain(Shade(product.secondary, 0.7f)));
}

}  // namespace lookalike
