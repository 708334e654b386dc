// SPDX-License-Identifier: Apache-2.0
#include "libs/image/encode.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "libs/image/opencv_bridge.h"

namespace lookalike {
namespace {

absl::StatusOr<std::string> Encode(const Image& image, const char* extension, const std::vector<int>& parameters) {
  if (image.pixels.empty()) return absl::InvalidArgumentError("encode: the picture is empty");
  std::vector<uint8_t> encoded;
  const absl::Status status = WithOpenCv("encode", [&] {
    cv::Mat bgr;
    cv::cvtColor(AsMat(image), bgr, cv::COLOR_RGB2BGR);
    if (!cv::imencode(extension, bgr, encoded, parameters)) encoded.clear();
  });
  if (!status.ok()) return status;
  if (encoded.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("encode: ", extension, " cannot hold ", image.width, " × ", image.height, " pixels"));
  }
  return std::string(encoded.begin(), encoded.end());
}

}  // namespace

absl::StatusOr<std::string> EncodePng(const Image& image) { return Encode(image, ".png", {}); }

absl::StatusOr<std::string> EncodeJpeg(const Image& image, int quality) {
  if (quality < 1 || quality > 100) {
    return absl::InvalidArgumentError(absl::StrCat("encode: JPEG quality ", quality, " (wanted: 1 to 100)"));
  }
  return Encode(image, ".jpg", {cv::IMWRITE_JPEG_QUALITY, quality});
}

}  // namespace lookalike
