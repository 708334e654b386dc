// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "absl/status/status.h"

#include "libs/image/image.h"

namespace lookalike {

// A part of a picture in whole pixels: 0 ≤ left < right ≤ width, 0 ≤ top < bottom ≤ height.
struct PixelBox {
  int64_t left = 0, top = 0, right = 0, bottom = 0;

  int64_t width() const { return right - left; }
  int64_t height() const { return bottom - top; }
};

// InvalidArgument for a box that is empty or not within the picture.
absl::Status ValidateCropBox(const CropBox& box);

// A valid box in the pixels of a picture of that size, its edges rounded, at least one pixel each way.
PixelBox ToPixels(const CropBox& box, int64_t width, int64_t height);

// The same part of the same picture at another size: its edges move by less than one of the new pixels.
PixelBox ScaleBox(const PixelBox& box, int64_t from_width, int64_t from_height, int64_t width, int64_t height);

// The part of `image` inside `box`.
Image CropToPixels(const Image& image, const PixelBox& box);

}  // namespace lookalike
