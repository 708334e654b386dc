// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "libs/image/image.h"

namespace lookalike {

// A resized picture, and the part of it that is wanted: only that part is computed, so that a picture of one pixel by
// millions costs no more than another. 0 ≤ left, left + width ≤ full_width, and so down the page; sizes are ≥ 1.
struct ResizeTarget {
  int64_t full_width = 0;   // pixels
  int64_t full_height = 0;  // pixels
  int64_t left = 0;
  int64_t top = 0;
  int width = 0;
  int height = 0;
};

// The pixels of PIL's Image.resize(…, NEAREST), bit for bit while left and top are 0: an output pixel takes the input
// pixel that lies under its centre. `image` is not empty.
Image ResizeNearest(const Image& image, const ResizeTarget& target);

// The pixels of PIL's Image.resize(…, BILINEAR), bit for bit: a triangle filter whose half-width is one pixel of the
// input or of the output, whichever is wider (so a reduction does not alias), along the rows and then along the
// columns, rounded to 8 bit after each. `image` is not empty.
Image ResizeBilinear(const Image& image, const ResizeTarget& target);

}  // namespace lookalike
