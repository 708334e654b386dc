// SPDX-License-Identifier: Apache-2.0
#pragma once

// The drawing surface of DrawProduct(). For the sources of libs/image alone: it includes OpenCV.

#include <opencv2/core.hpp>
#include <vector>

#include "libs/image/product_drawing.h"

namespace lookalike {

// Where a product is drawn: x from -1 (left) to 1, y from -1 (top) to 1, before the view moves it.
struct Point {
  float x = 0;
  float y = 0;
};
using Outline = std::vector<Point>;

// What a part is made of.
struct Material {
  RgbColor color = {};
  RgbColor pattern_color = {};
  Pattern pattern = Pattern::kPlain;
  float pattern_size = 0.5f;
  float relief = 1;  // how strongly light models its edges: 0 flat … 1 padded
};

// A curve through all of `points`.
Outline Curve(const Outline& points);

// The same, returning from the last to the first.
Outline ClosedCurve(const Outline& points);

// Part of an ellipse, from one angle in degrees to another: 0 is right, -90 is above.
Outline Arc(Point center, float radius_x, float radius_y, float from = 0, float to = 360);

// Collects the parts of one product, each over those before, then lays them on a background with a shadow.
// It works at three times the picture's size; the reduction smooths the edges.
class ProductCanvas {
 public:
  ProductCanvas(const ProductView& view, int size);

  void Fill(const Outline& outline, const Material& material);

  // A line of this width with round ends; `closed` joins them.
  void Stroke(const Outline& line, float width, const Material& material, bool closed = false);

  Image Finish() const;

 private:
  cv::Point2f ToPixel(Point point) const;
  std::vector<cv::Point> ToFixedPoint(const Outline& outline) const;
  void PaintMasked(const cv::Mat& mask, const cv::Rect& area, const Material& material);
  cv::Mat Relief(const cv::Mat& mask) const;
  cv::Mat Background() const;

  const ProductView view_;
  const int size_;  // of the picture
  const int side_;  // of the surface
  cv::Matx23f to_pixel_;
  cv::Matx23f to_product_;
  cv::Mat color_;     // RGB
  cv::Mat coverage_;  // 255 where a part has been drawn
};

}  // namespace lookalike
