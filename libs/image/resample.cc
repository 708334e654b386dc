// SPDX-License-Identifier: Apache-2.0
#include "libs/image/resample.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace lookalike {
namespace {

// PIL's weights are integers of this many fractional bits: with 8 bits of pixel and one of sign they fill 31 with room
// for the sum of a window, whose weights sum to one.
constexpr int kFractionBits = 22;

// For every output pixel from `begin`, the input pixel under its centre.
std::vector<int> NearestPixels(int input_size, int64_t output_size, int64_t begin, int count) {
  const double step = static_cast<double>(input_size) / static_cast<double>(output_size);
  std::vector<int> pixels(count);
  // Summed up rather than multiplied because PIL does so: where a centre falls on an edge between two pixels, the
  // rounding of the sum decides.
  double centre = step * (static_cast<double>(begin) + 0.5);
  for (int& pixel : pixels) {
    pixel = std::min(static_cast<int>(centre), input_size - 1);
    centre += step;
  }
  return pixels;
}

// The input pixels that one output pixel is mixed from.
struct Window {
  int first = 0;
  std::vector<int32_t> weights;

  int end() const { return first + static_cast<int>(weights.size()); }
};

Window TriangleWindow(int input_size, double scale, double centre) {
  const double half_width = std::max(scale, 1.0);
  Window window{.first = std::max(static_cast<int>(centre - half_width + 0.5), 0), .weights = {}};
  const int end = std::min(static_cast<int>(centre + half_width + 0.5), input_size);
  std::vector<double> weights;
  double sum = 0;
  for (int i = window.first; i < end; ++i) {
    const double distance = std::abs((i - centre + 0.5) / half_width);
    weights.push_back(std::max(1 - distance, 0.0));
    sum += weights.back();
  }
  for (const double weight : weights) {
    window.weights.push_back(static_cast<int32_t>(0.5 + weight / sum * (1 << kFractionBits)));
  }
  return window;
}

std::vector<Window> TriangleWindows(int input_size, int64_t output_size, int64_t begin, int count) {
  const double scale = static_cast<double>(input_size) / static_cast<double>(output_size);
  std::vector<Window> windows(count);
  for (int i = 0; i < count; ++i) {
    windows[i] = TriangleWindow(input_size, scale, (static_cast<double>(begin + i) + 0.5) * scale);
  }
  return windows;
}

// The weighted sum of RGB pixels that lie `stride` bytes apart.
void MixPixels(const uint8_t* from, size_t stride, const std::vector<int32_t>& weights, uint8_t* to) {
  constexpr int32_t kHalf = 1 << (kFractionBits - 1);
  int32_t sums[3] = {kHalf, kHalf, kHalf};
  for (const int32_t weight : weights) {
    for (int channel = 0; channel < 3; ++channel) sums[channel] += from[channel] * weight;
    from += stride;
  }
  for (int channel = 0; channel < 3; ++channel) {
    to[channel] = static_cast<uint8_t>(std::clamp(sums[channel] >> kFractionBits, 0, 255));
  }
}

size_t Offset(const Image& image, int x, int y) { return (static_cast<size_t>(y) * image.width + x) * 3; }

}  // namespace

Image ResizeNearest(const Image& image, const ResizeTarget& target) {
  const std::vector<int> columns = NearestPixels(image.width, target.full_width, target.left, target.width);
  const std::vector<int> rows = NearestPixels(image.height, target.full_height, target.top, target.height);
  Image resized = NewImage(target.width, target.height);
  uint8_t* to = resized.pixels.data();
  for (const int y : rows) {
    for (const int x : columns) to = std::copy_n(&image.pixels[Offset(image, x, y)], 3, to);
  }
  return resized;
}

Image ResizeBilinear(const Image& image, const ResizeTarget& target) {
  const std::vector<Window> columns = TriangleWindows(image.width, target.full_width, target.left, target.width);
  const std::vector<Window> rows = TriangleWindows(image.height, target.full_height, target.top, target.height);
  const int first_row = rows.front().first;
  Image narrowed = NewImage(target.width, rows.back().end() - first_row);
  for (int y = 0; y < narrowed.height; ++y) {
    for (int x = 0; x < target.width; ++x) {
      const Window& window = columns[x];
      MixPixels(&image.pixels[Offset(image, window.first, first_row + y)], 3, window.weights,
                &narrowed.pixels[Offset(narrowed, x, y)]);
    }
  }
  Image resized = NewImage(target.width, target.height);
  for (int y = 0; y < target.height; ++y) {
    for (int x = 0; x < target.width; ++x) {
      MixPixels(&narrowed.pixels[Offset(narrowed, x, rows[y].first - first_row)], size_t{3} * narrowed.width,
                rows[y].weights, &resized.pixels[Offset(resized, x, y)]);
    }
  }
  return resized;
}

}  // namespace lookalike
