// SPDX-License-Identifier: Apache-2.0
#include "libs/image/upright.h"

#include <utility>

#include "libs/image/opencv_bridge.h"

namespace lookalike {
namespace {

constexpr int kUpDown = 0, kLeftRight = 1, kBoth = -1;  // cv::flip's codes

// Rows become columns.
void Transpose(Image& image) {
  Image transposed = NewImage(image.height, image.width);
  cv::Mat to = AsMat(transposed);
  cv::transpose(AsMat(image), to);
  image = std::move(transposed);
}

void Flip(Image& image, int code) {
  cv::Mat pixels = AsMat(image);
  cv::flip(pixels, pixels, code);
}

void MakeUpright(Image& image, Orientation orientation) {
  if (IsTurned(orientation)) Transpose(image);
  switch (orientation) {
    case Orientation::kUpright:
    case Orientation::kMirroredTurnedLeft:
      break;
    case Orientation::kMirrored:
    case Orientation::kTurnedLeft:
      Flip(image, kLeftRight);
      break;
    case Orientation::kUpsideDown:
    case Orientation::kMirroredTurnedRight:
      Flip(image, kBoth);
      break;
    case Orientation::kMirroredUpsideDown:
    case Orientation::kTurnedRight:
      Flip(image, kUpDown);
      break;
  }
}

}  // namespace

absl::StatusOr<Image> Upright(Image stored, Orientation orientation) {
  const absl::Status status = WithOpenCv("image", [&] { MakeUpright(stored, orientation); });
  if (!status.ok()) return status;
  return stored;
}

}  // namespace lookalike
