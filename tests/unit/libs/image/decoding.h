// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "libs/image/decode.h"

namespace lookalike {

using Color = std::array<int, 3>;

inline Color ColorAt(const Image& image, int x, int y) {
  const uint8_t* pixel = &image.pixels[(static_cast<size_t>(y) * image.width + x) * 3];
  return {pixel[0], pixel[1], pixel[2]};
}

// The picture in a file, which must be one.
inline Image Decode(const std::string& bytes, const DecodeOptions& options = DecodeOptions(),
                    const ImageLimits& limits = ImageLimits()) {
  const absl::StatusOr<Image> image = DecodeImage(bytes, limits, options);
  EXPECT_TRUE(image.ok()) << image.status();
  return image.value_or(Image());
}

// Why a file is refused, as it must be.
inline std::string RefusalOf(const std::string& bytes, const ImageLimits& limits = ImageLimits(),
                             const DecodeOptions& options = DecodeOptions()) {
  const absl::StatusOr<Image> image = DecodeImage(bytes, limits, options);
  EXPECT_EQ(image.status().code(), absl::StatusCode::kInvalidArgument) << image.status();
  return std::string(image.status().message());
}

// Four squares of one colour each: red and green above, blue and grey below.
inline Image FourColors(int side) {
  Image image = NewImage(side, side);
  size_t i = 0;
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const bool right = x >= side / 2, below = y >= side / 2;
      const Color color =
          below ? (right ? Color{128, 128, 128} : Color{0, 0, 255}) : (right ? Color{0, 255, 0} : Color{255, 0, 0});
      for (const int channel : color) image.pixels[i++] = static_cast<uint8_t>(channel);
    }
  }
  return image;
}

// The largest difference between two pictures of one size.
inline int LargestDifference(const Image& a, const Image& b) {
  EXPECT_EQ(a.width, b.width);
  EXPECT_EQ(a.pixels.size(), b.pixels.size());
  int largest = 0;
  for (size_t i = 0; i < std::min(a.pixels.size(), b.pixels.size()); ++i) {
    largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
  }
  return largest;
}

}  // namespace lookalike
