// SPDX-License-Identifier: Apache-2.0
#include "libs/image/crop.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/image/decode.h"

namespace lookalike {
namespace {

// The whole pixels between two places within `size` pixels, at least one.
std::pair<int64_t, int64_t> PixelRange(double begin, double end, int64_t size) {
  const int64_t first = std::min<int64_t>(std::llround(begin), size - 1);
  return {first, std::clamp<int64_t>(std::llround(end), first + 1, size)};
}

}  // namespace

absl::Status ValidateCropBox(const CropBox& box) {
  // Written so that a NaN fails.
  const bool horizontal = box.left >= 0 && box.left < box.right && box.right <= 1;
  const bool vertical = box.top >= 0 && box.top < box.bottom && box.bottom <= 1;
  if (horizontal && vertical) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("crop box: left ", box.left, ", top ", box.top, ", right ", box.right,
                                                 ", bottom ", box.bottom,
                                                 " (wanted: 0 <= left < right <= 1 and 0 <= top < bottom <= 1)"));
}

PixelBox ToPixels(const CropBox& box, int64_t width, int64_t height) {
  const double columns = static_cast<double>(width), rows = static_cast<double>(height);
  const auto [left, right] = PixelRange(box.left * columns, box.right * columns, width);
  const auto [top, bottom] = PixelRange(box.top * rows, box.bottom * rows, height);
  return {.left = left, .top = top, .right = right, .bottom = bottom};
}

PixelBox ScaleBox(const PixelBox& box, int64_t from_width, int64_t from_height, int64_t width, int64_t height) {
  const double columns = static_cast<double>(width) / static_cast<double>(from_width);
  const double rows = static_cast<double>(height) / static_cast<double>(from_height);
  const auto [left, right] =
      PixelRange(static_cast<double>(box.left) * columns, static_cast<double>(box.right) * columns, width);
  const auto [top, bottom] =
      PixelRange(static_cast<double>(box.top) * rows, static_cast<double>(box.bottom) * rows, height);
  return {.left = left, .top = top, .right = right, .bottom = bottom};
}

Image CropToPixels(const Image& image, const PixelBox& box) {
  Image part{.width = static_cast<int>(box.width()), .height = static_cast<int>(box.height()), .pixels = {}};
  part.pixels.reserve(size_t{3} * part.width * part.height);
  for (int64_t y = box.top; y < box.bottom; ++y) {
    const auto row = image.pixels.begin() + 3 * y * image.width;
    part.pixels.insert(part.pixels.end(), row + 3 * box.left, row + 3 * box.right);
  }
  return part;
}

absl::StatusOr<Image> Crop(const Image& image, const CropBox& box) {
  if (absl::Status status = ValidateCropBox(box); !status.ok()) return status;
  if (image.pixels.empty()) return absl::InvalidArgumentError("crop: the picture is empty");
  return CropToPixels(image, ToPixels(box, image.width, image.height));
}

}  // namespace lookalike
