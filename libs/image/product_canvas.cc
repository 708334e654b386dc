// SPDX-License-Identifier: Apache-2.0
#include "libs/image/product_canvas.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "libs/image/opencv_bridge.h"

namespace lookalike {
namespace {

constexpr int kOversampling = 3;
constexpr int kFixedPointBits = 4;       // of the coordinates given to OpenCV
constexpr float kProductRadius = 0.41f;  // of the picture's side, for one unit
constexpr int kReliefReduction = 4;      // relief is soft, so it is computed on a smaller mask
constexpr int kPointsPerSegment = 10;    // of a curve

float Radians(float degrees) { return degrees * std::numbers::pi_v<float> / 180; }

// Catmull–Rom: the curve between b and c, at t from 0 to 1.
Point CurvePoint(Point a, Point b, Point c, Point d, float t) {
  const auto blend = [t](float p, float q, float r, float s) {
    return q + 0.5f * t * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)));
  };
  return {blend(a.x, b.x, c.x, d.x), blend(a.y, b.y, c.y, d.y)};
}

// 1 where the pattern's own colour shows at a point of the product.
bool InPattern(Pattern pattern, float size, float x, float y) {
  const float period = 0.09f + 0.16f * size;
  const float u = x / period - std::floor(x / period), v = y / period - std::floor(y / period);
  switch (pattern) {
    case Pattern::kPlain:
      return false;
    case Pattern::kStripes:
      return v < 0.42f;
    case Pattern::kDots:
      return (u - 0.5f) * (u - 0.5f) + (v - 0.5f) * (v - 0.5f) < 0.09f;
    case Pattern::kChecks:
      return (u < 0.5f) != (v < 0.5f);
    case Pattern::kZigzag:
      return std::fmod(v + std::abs(u - 0.5f), 1.0f) < 0.4f;
  }
  return false;
}

uint8_t Lit(float value, float light) { return static_cast<uint8_t>(std::clamp(value * light, 0.0f, 255.0f)); }

}  // namespace

Outline Curve(const Outline& points) {
  Outline curve;
  const int last = static_cast<int>(points.size()) - 1;
  const auto at = [&](int i) { return points[std::clamp(i, 0, last)]; };
  for (int i = 0; i < last; ++i) {
    for (int step = 0; step < kPointsPerSegment; ++step) {
      const float t = static_cast<float>(step) / kPointsPerSegment;
      curve.push_back(CurvePoint(at(i - 1), at(i), at(i + 1), at(i + 2), t));
    }
  }
  curve.push_back(points.back());
  return curve;
}

Outline ClosedCurve(const Outline& points) {
  Outline curve;
  const int count = static_cast<int>(points.size());
  const auto at = [&](int i) { return points[(i + count) % count]; };
  for (int i = 0; i < count; ++i) {
    for (int step = 0; step < kPointsPerSegment; ++step) {
      const float t = static_cast<float>(step) / kPointsPerSegment;
      curve.push_back(CurvePoint(at(i - 1), at(i), at(i + 1), at(i + 2), t));
    }
  }
  return curve;
}

Outline Arc(Point center, float radius_x, float radius_y, float from, float to) {
  constexpr int kSteps = 48;
  Outline arc;
  for (int i = 0; i <= kSteps; ++i) {
    const float angle = Radians(from + (to - from) * static_cast<float>(i) / kSteps);
    arc.push_back({center.x + radius_x * std::cos(angle), center.y + radius_y * std::sin(angle)});
  }
  return arc;
}

ProductCanvas::ProductCanvas(const ProductView& view, int size)
    : view_(view),
      size_(size),
      side_(size * kOversampling),
      color_(side_, side_, CV_8UC3, cv::Scalar::all(0)),
      coverage_(side_, side_, CV_8UC1, cv::Scalar::all(0)) {
  const float side = static_cast<float>(side_), unit = kProductRadius * side * view.scale;
  const float sin = std::sin(Radians(view.rotation)), cos = std::cos(Radians(view.rotation));
  const float unit_x = unit * std::cos(Radians(view.turn));
  to_pixel_ = {cos * unit_x, -sin * unit, side * (0.5f + view.shift_x),
               sin * unit_x, cos * unit,  side * (0.5f + view.shift_y)};
  cv::invertAffineTransform(to_pixel_, to_product_);
}

cv::Point2f ProductCanvas::ToPixel(Point point) const {
  const cv::Vec2f pixel = to_pixel_ * cv::Vec3f(point.x, point.y, 1);
  return {pixel[0], pixel[1]};
}

std::vector<cv::Point> ProductCanvas::ToFixedPoint(const Outline& outline) const {
  std::vector<cv::Point> points;
  for (const Point& point : outline) points.push_back(ToPixel(point) * (1 << kFixedPointBits));
  return points;
}

void ProductCanvas::Fill(const Outline& outline, const Material& material) {
  cv::Mat mask(side_, side_, CV_8UC1, cv::Scalar::all(0));
  const std::vector<cv::Point> points = ToFixedPoint(outline);
  cv::fillPoly(mask, std::vector<std::vector<cv::Point>>{points}, 255, cv::LINE_8, kFixedPointBits);
  PaintMasked(mask, cv::boundingRect(mask), material);
}

void ProductCanvas::Stroke(const Outline& line, float width, const Material& material, bool closed) {
  cv::Mat mask(side_, side_, CV_8UC1, cv::Scalar::all(0));
  const int thickness = std::max(1, static_cast<int>(width * kProductRadius * static_cast<float>(side_) * view_.scale));
  cv::polylines(mask, ToFixedPoint(line), closed, 255, thickness, cv::LINE_8, kFixedPointBits);
  PaintMasked(mask, cv::boundingRect(mask), material);
}

// How much brighter or darker the light makes each pixel: the mask, blurred, is taken for a height, and what slopes
// towards the light is brighter.
cv::Mat ProductCanvas::Relief(const cv::Mat& mask) const {
  const float softness = 0.018f * static_cast<float>(side_) / kReliefReduction;
  const int margin = static_cast<int>(softness * 3) + 1;
  cv::Mat height, slope_x, slope_y;
  const cv::Size reduced(std::max(1, mask.cols / kReliefReduction), std::max(1, mask.rows / kReliefReduction));
  cv::resize(mask, height, reduced, 0, 0, cv::INTER_AREA);
  cv::copyMakeBorder(height, height, margin, margin, margin, margin, cv::BORDER_CONSTANT, 0);
  height.convertTo(height, CV_32F, softness / 255);
  cv::GaussianBlur(height, height, cv::Size(), softness);
  cv::Sobel(height, slope_x, CV_32F, 1, 0, 3, 0.125);
  cv::Sobel(height, slope_y, CV_32F, 0, 1, 3, 0.125);
  const float light = Radians(view_.light_direction);
  const cv::Mat relief = -(slope_x * std::cos(light) + slope_y * std::sin(light));
  cv::Mat full;
  cv::resize(relief(cv::Rect({margin, margin}, reduced)), full, mask.size(), 0, 0, cv::INTER_LINEAR);
  return full;
}

void ProductCanvas::PaintMasked(const cv::Mat& mask, const cv::Rect& area, const Material& material) {
  if (area.empty()) return;
  const cv::Mat relief = Relief(mask(area));
  for (int y = 0; y < area.height; ++y) {
    const uint8_t* covered = mask.ptr(area.y + y) + area.x;
    const float* light = relief.ptr<float>(y);
    auto* to = color_.ptr<cv::Vec3b>(area.y + y) + area.x;
    for (int x = 0; x < area.width; ++x) {
      if (covered[x] == 0) continue;
      const cv::Vec2f place =
          to_product_ * cv::Vec3f(static_cast<float>(area.x + x), static_cast<float>(area.y + y), 1);
      const bool in_pattern = InPattern(material.pattern, material.pattern_size, place[0], place[1]);
      const RgbColor& color = in_pattern ? material.pattern_color : material.color;
      const float brightness = view_.exposure * (1 + material.relief * light[x]);
      const float gleam = std::max(0.0f, 40 * material.relief * light[x]);  // so that black has form, too
      for (int channel = 0; channel < 3; ++channel) {
        to[x][channel] = Lit(static_cast<float>(color[channel]) + gleam, brightness);
      }
    }
  }
  coverage_.setTo(255, mask);
}

// A wall and floor without an edge, and on it the shadow: one soft all round, one dark where the product stands.
cv::Mat ProductCanvas::Background() const {
  const float side = static_cast<float>(side_);
  const cv::Rect bounds = cv::boundingRect(coverage_);
  cv::Mat shadow, contact(coverage_.size(), CV_8UC1, cv::Scalar::all(0));
  const cv::Point foot(bounds.x + bounds.width / 2, bounds.y + bounds.height);
  cv::ellipse(contact, foot, {bounds.width * 46 / 100, side_ / 45}, 0, 0, 360, 255, cv::FILLED);
  cv::resize(coverage_ * 0.28 + contact * 0.45, shadow, {}, 0.125, 0.125, cv::INTER_AREA);
  const cv::Matx23f down(1, 0, 0, 0, 1, 0.012f * side / 8);
  cv::warpAffine(shadow, shadow, down, shadow.size());
  cv::GaussianBlur(shadow, shadow, cv::Size(), 0.02 * side / 8);
  cv::resize(shadow, shadow, coverage_.size(), 0, 0, cv::INTER_LINEAR);
  cv::Mat background(coverage_.size(), CV_8UC3);
  for (int y = 0; y < side_; ++y) {
    const float height = static_cast<float>(y) / side;
    const float lightness = 1.01f - 0.06f * height * height;
    const uint8_t* dark = shadow.ptr(y);
    auto* to = background.ptr<cv::Vec3b>(y);
    for (int x = 0; x < side_; ++x) {
      const float light = lightness * (1 - static_cast<float>(dark[x]) / 255);
      for (int channel = 0; channel < 3; ++channel) to[x][channel] = Lit(view_.background[channel], light);
    }
  }
  return background;
}

Image ProductCanvas::Finish() const {
  cv::Mat picture = Background();
  color_.copyTo(picture, coverage_);
  Image image = NewImage(size_, size_);
  cv::Mat to = AsMat(image);
  cv::resize(picture, to, to.size(), 0, 0, cv::INTER_AREA);
  return image;
}

}  // namespace lookalike
