// SPDX-License-Identifier: Apache-2.0
#include "libs/image/thumbnail.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "libs/image/encode.h"
#include "libs/image/opencv_bridge.h"

namespace lookalike {

Image ScaleToFit(const Image& image, int side) {
  const int longer = std::max(image.width, image.height);
  if (image.pixels.empty() || longer <= side) return image;
  Image scaled;
  scaled.width = std::max(1, image.width * side / longer);
  scaled.height = std::max(1, image.height * side / longer);
  scaled.pixels.resize(static_cast<size_t>(scaled.width) * scaled.height * 3);
  cv::Mat target = AsMat(scaled);
  const absl::Status resized =
      WithOpenCv("scaling a picture", [&] { cv::resize(AsMat(image), target, target.size(), 0, 0, cv::INTER_AREA); });
  return resized.ok() ? scaled : image;
}

absl::StatusOr<std::string> MakeThumbnail(absl::string_view bytes, const std::optional<CropBox>& crop, int side,
                                          const ImageLimits& limits) {
  constexpr int kQuality = 85;
  const absl::StatusOr<Image> image = DecodeImage(bytes, limits, {.crop = crop, .sufficient_side = side});
  if (!image.ok()) return image.status();
  return EncodeJpeg(ScaleToFit(*image, side), kQuality);
}

}  // namespace lookalike
