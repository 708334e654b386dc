// SPDX-License-Identifier: Apache-2.0
#include "libs/image/product_shapes.h"

namespace lookalike {
namespace {

constexpr RgbColor kWood = {150, 104, 64}, kBrass = {186, 152, 92};

// A body of revolution: half widths from the top down, at even steps between two heights.
Outline Turned(const std::vector<float>& half_widths, float top, float bottom) {
  Outline right;
  for (size_t i = 0; i < half_widths.size(); ++i) {
    right.push_back(
        {half_widths[i], Between(top, bottom, static_cast<float>(i) / static_cast<float>(half_widths.size() - 1))});
  }
  Outline outline = Curve(right);
  const size_t count = outline.size();
  for (size_t i = count; i > 0; --i) outline.push_back({-outline[i - 1].x, outline[i - 1].y});
  return outline;
}

}  // namespace

// Shape numbers: width, taper, handle, band.
void DrawMug(const ProductDrawing& product, ProductCanvas& canvas) {
  const float width = Between(0.42f, 0.64f, product.shape[0]), foot = width * Between(0.62f, 1, product.shape[1]);
  const float height = Between(1.45f, 1.0f, product.shape[0]), top = 0.8f - height, bottom = 0.8f, center = -0.16f;
  const float grip = Between(0.2f, 0.36f, product.shape[2]);
  const auto side = [&](float at) { return Between(width, foot, at); };
  const Material trim = Plain(product.secondary);
  canvas.Stroke(Arc({center + side(0.45f) - 0.02f, top + height * 0.45f}, grip, height * 0.27f, -90, 90), 0.12f,
                product.shape[3] > 0.5f ? trim : Plain(product.primary));
  Outline body = Arc({center, top}, width, width * 0.16f, 180, 0);
  const Outline base = Arc({center, bottom}, foot, foot * 0.16f, 0, 180);
  body.insert(body.end(), base.begin(), base.end());
  canvas.Fill(body, Body(product));
  if (const int band = Choice(product.shape[3], 3); band > 0) {
    const float from = band == 1 ? 0.12f : 0.7f, to = band == 1 ? 0.24f : 0.9f;
    Outline stripe = Arc({center, top + height * from}, side(from), side(from) * 0.16f, 180, 0);
    const Outline lower = Arc({center, top + height * to}, side(to), side(to) * 0.16f, 0, 180);
    stripe.insert(stripe.end(), lower.begin(), lower.end());
    canvas.Fill(stripe, trim);
  }
  canvas.Fill(Arc({center, top}, width, width * 0.16f), Plain(Shade(product.primary, 1.15f)));
  canvas.Fill(Arc({center, top + 0.01f}, width * 0.9f, width * 0.12f), Plain(Shade(product.primary, 0.45f), 0.3f));
}

// Shape numbers: height of the belly, its width, width of the neck, height of the whole.
void DrawVase(const ProductDrawing& product, ProductCanvas& canvas) {
  const float belly = Between(0.4f, 0.72f, product.shape[1]), neck = Between(0.12f, 0.34f, product.shape[2]);
  const float lip = neck * 1.25f, foot = Between(0.22f, 0.36f, product.shape[1]),
              top = Between(-0.95f, -0.45f, product.shape[3]), bottom = 0.9f;
  const float upper = Between(1, 0.5f, product.shape[0]), lower = Between(0.55f, 1, product.shape[0]);
  canvas.Fill(Turned({lip, neck, Between(neck, belly, 0.45f * upper), belly * upper,
                      belly * Between(upper, lower, 0.5f) * 1.08f, belly * lower, foot * 1.1f, foot},
                     top, bottom),
              Body(product));
  canvas.Fill(Arc({0, top}, lip, lip * 0.2f), Plain(product.secondary));
  canvas.Fill(Arc({0, top + 0.01f}, lip * 0.8f, lip * 0.13f), Plain(Shade(product.primary, 0.4f), 0.2f));
}

// Shape numbers: width of the shade, its taper, height of the stand, form of the stand.
void DrawLamp(const ProductDrawing& product, ProductCanvas& canvas) {
  const float width = Between(0.5f, 0.82f, product.shape[0]), upper = width * Between(0.4f, 0.95f, product.shape[1]);
  const float top = -0.92f, rim = Between(-0.25f, 0.12f, product.shape[2]), ground = 0.92f;
  const Material stand = Plain(product.secondary);
  switch (Choice(product.shape[3], 4)) {
    case 0:  // a rod on a plate
      canvas.Stroke({{0, rim - 0.1f}, {0, ground - 0.05f}}, 0.07f, stand);
      canvas.Fill(Arc({0, ground - 0.03f}, 0.42f, 0.07f), stand);
      break;
    case 1:  // a round body
      canvas.Stroke({{0, rim - 0.1f}, {0, rim + 0.2f}}, 0.08f, Plain(kBrass));
      canvas.Fill(Arc({0, (rim + 0.12f + ground) / 2}, 0.4f, (ground - rim - 0.12f) / 2), stand);
      break;
    case 2:  // a turned body
      canvas.Fill(Turned({0.07f, 0.1f, 0.28f, 0.16f, 0.1f, 0.3f, 0.36f}, rim - 0.05f, ground), stand);
      break;
    default:  // three legs
      for (const float x : {-0.45f, 0.06f, 0.45f}) canvas.Stroke({{0, rim}, {x, ground}}, 0.07f, stand);
  }
  canvas.Fill({{-upper, top}, {upper, top}, {width, rim}, {-width, rim}}, Body(product));
  canvas.Stroke({{-width + 0.02f, rim}, {width - 0.02f, rim}}, 0.045f, Plain(Shade(product.primary, 0.75f)));
  canvas.Stroke({{-upper + 0.02f, top}, {upper - 0.02f, top}}, 0.04f, Plain(Shade(product.primary, 0.75f)));
}

// Shape numbers: height of the back, width of the seat, slant of the legs, form of the back.
void DrawChair(const ProductDrawing& product, ProductCanvas& canvas) {
  const float width = Between(0.42f, 0.6f, product.shape[1]), top = Between(-0.55f, -0.95f, product.shape[0]);
  const float seat = 0.2f, ground = 0.95f, slant = Between(0, 0.2f, product.shape[2]), depth = 0.16f;
  const Material frame = Plain(Shade(kWood, Between(0.6f, 1.25f, product.shape[1])));
  const float back = width * 0.86f, post = 0.08f;
  for (const float side : {-1.0f, 1.0f}) {
    canvas.Stroke({{side * back, seat}, {side * (back + slant * 0.5f), ground - 0.12f}}, post * 0.9f,
                  Plain(Shade(frame.color, 0.75f)));
  }
  switch (Choice(product.shape[3], 3)) {
    case 0:  // slats
      for (int i = 0; i < 5; ++i) {
        const float x = back * (-0.6f + 0.3f * static_cast<float>(i));
        canvas.Stroke({{x, seat - depth}, {x, top + 0.08f}}, 0.05f, frame);
      }
      canvas.Stroke({{-back, top + 0.08f}, {back, top + 0.08f}}, 0.16f, Body(product));
      break;
    case 1:  // a padded back
      canvas.Fill(ClosedCurve({{-back, seat - 0.22f},
                               {-back * 1.02f, (seat + top) / 2},
                               {-back * 0.9f, top + 0.05f},
                               {0, top - 0.02f},
                               {back * 0.9f, top + 0.05f},
                               {back * 1.02f, (seat + top) / 2},
                               {back, seat - 0.22f},
                               {0, seat - 0.18f}}),
                  Body(product));
      break;
    default:  // two rungs
      for (const float y : {top + 0.1f, (top + seat) / 2})
        canvas.Stroke(Curve({{-back, y}, {0, y - 0.05f}, {back, y}}), 0.15f, Body(product));
  }
  if (Choice(product.shape[3], 3) != 1) {
    for (const float side : {-1.0f, 1.0f}) canvas.Stroke({{side * back, seat}, {side * back, top}}, post, frame);
  }
  for (const float side : {-1.0f, 1.0f})
    canvas.Stroke({{side * width * 0.92f, seat}, {side * (width * 0.92f + slant), ground}}, post, frame);
  canvas.Fill(ClosedCurve({{-width, seat + 0.06f},
                           {-back, seat - depth},
                           {back, seat - depth},
                           {width, seat + 0.06f},
                           {width * 0.96f, seat + 0.16f},
                           {-width * 0.96f, seat + 0.16f}}),
              Body(product));
}

}  // namespace lookalike
