// SPDX-License-Identifier: Apache-2.0
#include "libs/image/decode.h"

#include <algorithm>
#include <limits>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/image/image_header.h"
#include "libs/image/opencv_bridge.h"

namespace lookalike {
namespace {

constexpr size_t kOpenCvMaxBytes = std::numeric_limits<int>::max();

absl::Status CheckSize(const ImageHeader& header, const ImageLimits& limits) {
  if (header.width * header.height <= limits.max_pixels) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("image: ", header.width, " × ", header.height,
                                                 " pixels are more than the limit of ", limits.max_pixels));
}

// Lays a picture with alpha on white.
cv::Mat FlattenToRgb(const cv::Mat& bgra) {
  cv::Mat rgb(bgra.size(), CV_8UC3);
  const auto on_white = [](int value, int alpha) {
    return static_cast<uint8_t>((value * alpha + 255 * (255 - alpha) + 127) / 255);
  };
  for (int y = 0; y < bgra.rows; ++y) {
    const auto* from = bgra.ptr<cv::Vec4b>(y);
    auto* to = rgb.ptr<cv::Vec3b>(y);
    for (int x = 0; x < bgra.cols; ++x) {
      const int alpha = from[x][3];
      to[x] = {on_white(from[x][2], alpha), on_white(from[x][1], alpha), on_white(from[x][0], alpha)};
    }
  }
  return rgb;
}

// From what OpenCV decodes (grey, BGR or BGRA of 8 or 16 bit) to 8-bit RGB.
cv::Mat ToRgb(cv::Mat decoded) {
  if (decoded.depth() == CV_16U) decoded.convertTo(decoded, CV_8U, 1.0 / 257);
  if (decoded.channels() == 4) return FlattenToRgb(decoded);
  cv::cvtColor(decoded, decoded, decoded.channels() == 1 ? cv::COLOR_GRAY2RGB : cv::COLOR_BGR2RGB);
  return decoded;
}

cv::Mat Upright(cv::Mat stored, Orientation orientation) {
  constexpr int kUpDown = 0, kLeftRight = 1, kBoth = -1;  // cv::flip's codes
  cv::Mat shown = std::move(stored);
  switch (orientation) {
    case Orientation::kUpright:
      break;
    case Orientation::kMirrored:
      cv::flip(shown, shown, kLeftRight);
      break;
    case Orientation::kUpsideDown:
      cv::flip(shown, shown, kBoth);
      break;
    case Orientation::kMirroredUpsideDown:
      cv::flip(shown, shown, kUpDown);
      break;
    case Orientation::kMirroredTurnedLeft:
      cv::transpose(shown, shown);
      break;
    case Orientation::kTurnedLeft:
      cv::rotate(shown, shown, cv::ROTATE_90_CLOCKWISE);
      break;
    case Orientation::kMirroredTurnedRight:
      cv::transpose(shown, shown);
      cv::flip(shown, shown, kBoth);
      break;
    case Orientation::kTurnedRight:
      cv::rotate(shown, shown, cv::ROTATE_90_COUNTERCLOCKWISE);
      break;
  }
  return shown;
}

// Unchanged, because the other modes lay alpha on black; they would apply EXIF orientation too, but for JPEG only.
absl::StatusOr<Image> DecodePixels(absl::string_view bytes, Orientation orientation) {
  Image image;
  const absl::Status status = WithOpenCv("image", [&] {
    const cv::Mat encoded(1, static_cast<int>(bytes.size()), CV_8UC1, const_cast<char*>(bytes.data()));
    cv::Mat decoded = cv::imdecode(encoded, cv::IMREAD_UNCHANGED);
    if (decoded.empty()) return;
    const cv::Mat upright = Upright(ToRgb(std::move(decoded)), orientation);
    image = {.width = upright.cols, .height = upright.rows, .pixels = {upright.datastart, upright.dataend}};
  });
  if (!status.ok()) return status;
  if (image.pixels.empty()) return absl::InvalidArgumentError("image: its data is damaged and cannot be decoded");
  return image;
}

// The whole pixels from `begin` to `end`, fractions of `size`.
std::pair<int, int> PixelRange(float begin, float end, int size) {
  const int first = std::min(static_cast<int>(std::lround(double{begin} * size)), size - 1);
  const int last = std::max(static_cast<int>(std::lround(double{end} * size)), first + 1);
  return {first, last};
}

}  // namespace

absl::StatusOr<Image> DecodeImage(absl::string_view bytes, const ImageLimits& limits) {
  const size_t max_bytes = std::min(limits.max_bytes, kOpenCvMaxBytes);
  if (bytes.size() > max_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("image: ", bytes.size(), " bytes are more than the limit of ", max_bytes));
  }
  const absl::StatusOr<ImageHeader> header = ReadImageHeader(bytes);
  if (!header.ok()) return header.status();
  if (absl::Status status = CheckSize(*header, limits); !status.ok()) return status;
  const absl::StatusOr<Orientation> orientation = ReadToEnd(bytes, header->format);
  if (!orientation.ok()) return orientation.status();
  return DecodePixels(bytes, *orientation);
}

absl::StatusOr<Image> Crop(const Image& image, const CropBox& box) {
  // Written so that a NaN fails.
  const bool horizontal = box.left >= 0 && box.left < box.right && box.right <= 1;
  const bool vertical = box.top >= 0 && box.top < box.bottom && box.bottom <= 1;
  if (!horizontal || !vertical) {
    return absl::InvalidArgumentError(absl::StrCat("crop box: left ", box.left, ", top ", box.top, ", right ",
                                                   box.right, ", bottom ", box.bottom,
                                                   " (wanted: 0 <= left < right <= 1 and 0 <= top < bottom <= 1)"));
  }
  if (image.pixels.empty()) return absl::InvalidArgumentError("crop: the picture is empty");
  const auto [left, right] = PixelRange(box.left, box.right, image.width);
  const auto [top, bottom] = PixelRange(box.top, box.bottom, image.height);
  Image part{.width = right - left, .height = bottom - top, .pixels = {}};
  part.pixels.reserve(size_t{3} * part.width * part.height);
  for (int y = top; y < bottom; ++y) {
    const auto row = image.pixels.begin() + int64_t{3} * image.width * y;
    part.pixels.insert(part.pixels.end(), row + 3 * left, row + 3 * right);
  }
  return part;
}

}  // namespace lookalike
