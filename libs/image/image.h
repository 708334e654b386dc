// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lookalike {

// A decoded picture: 8-bit RGB, rows from the top, no padding: pixels[(y * width + x) * 3 + channel].
struct Image {
  int width = 0;   // pixels
  int height = 0;  // pixels
  std::vector<uint8_t> pixels;
};

// A black picture.
inline Image NewImage(int width, int height) {
  return {.width = width, .height = height, .pixels = std::vector<uint8_t>(size_t{3} * width * height)};
}

// A part of a picture, in fractions of its width and height after EXIF orientation: 0 ≤ left < right ≤ 1 and
// 0 ≤ top < bottom ≤ 1.
struct CropBox {
  float left = 0;
  float top = 0;
  float right = 1;
  float bottom = 1;
};

}  // namespace lookalike
