// SPDX-License-Identifier: Apache-2.0
#include "libs/image/preprocess.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "absl/strings/str_cat.h"

#include "libs/image/opencv_bridge.h"
#include "libs/image/resample.h"

namespace lookalike {
namespace {

constexpr int kMaxInputSize = 4096;   // pixels
constexpr int kMaxResizeSize = 8192;  // pixels

absl::Status CheckRange(const char* name, int value, int lowest, int highest) {
  if (value >= lowest && value <= highest) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("preprocessing: ", name, " ", value, " (wanted: ", lowest, " to ", highest, ")"));
}

absl::Status CheckInputSize(int input_size) { return CheckRange("input_size", input_size, 1, kMaxInputSize); }

// Where torchvision's CenterCrop begins: half of what is left over, a half pixel rounded to the even number as Python
// rounds.
int64_t CropOffset(int64_t left_over) {
  const int64_t half = left_over / 2;
  return left_over % 2 == 1 && half % 2 == 1 ? half + 1 : half;
}

ResizeTarget TargetOf(const Image& image, const Preprocessing& preprocessing) {
  const int size = preprocessing.input_size;
  if (preprocessing.resize_rule == ResizeRule::kStretch) {
    return {.full_width = size, .full_height = size, .left = 0, .top = 0, .width = size, .height = size};
  }
  const auto [shorter, longer] = std::minmax({image.width, image.height});
  const int64_t longer_size = int64_t{preprocessing.resize_size} * longer / shorter;
  const int64_t width = image.width == shorter ? preprocessing.resize_size : longer_size;
  const int64_t height = image.height == shorter ? preprocessing.resize_size : longer_size;
  return {.full_width = width,
          .full_height = height,
          .left = CropOffset(width - size),
          .top = CropOffset(height - size),
          .width = size,
          .height = size};
}

// Where a side grows, OpenCV's INTER_AREA interpolates between pixels instead, in both directions.
absl::StatusOr<Image> StretchByArea(const Image& image, int size) {
  Image resized = NewImage(size, size);
  const absl::Status status = WithOpenCv("resize", [&] {
    cv::Mat to = AsMat(resized);
    cv::resize(AsMat(image), to, to.size(), 0, 0, cv::INTER_AREA);
  });
  if (!status.ok()) return status;
  return resized;
}

absl::StatusOr<Image> Resize(const Image& image, const Preprocessing& preprocessing) {
  switch (preprocessing.interpolation) {
    case Interpolation::kNearest:
      return ResizeNearest(image, TargetOf(image, preprocessing));
    case Interpolation::kBilinearAntialias:
      return ResizeBilinear(image, TargetOf(image, preprocessing));
    case Interpolation::kArea:
      return StretchByArea(image, preprocessing.input_size);
  }
  return absl::InvalidArgumentError("preprocessing: unknown interpolation");
}

void WritePlanes(const Image& resized, const Preprocessing& preprocessing, std::span<float> output) {
  const size_t plane = output.size() / 3;
  for (size_t channel = 0; channel < 3; ++channel) {
    const size_t from = preprocessing.channel_order == ChannelOrder::kBgr ? 2 - channel : channel;
    const float mean = preprocessing.mean[channel], std = preprocessing.std[channel];
    for (size_t i = 0; i < plane; ++i) {
      output[channel * plane + i] = (resized.pixels[i * 3 + from] * preprocessing.scale - mean) / std;
    }
  }
}

}  // namespace

absl::StatusOr<Preprocessing> PreprocessingProfile(absl::string_view name, int input_size) {
  if (absl::Status status = CheckInputSize(input_size); !status.ok()) return status;
  if (name == "keras") {
    return Preprocessing{.input_size = input_size,
                         .resize_rule = ResizeRule::kStretch,
                         .interpolation = Interpolation::kNearest,
                         .channel_order = ChannelOrder::kBgr,
                         .mean = {103.939f, 116.779f, 123.68f}};
  }
  if (name == "torchvision") {
    return Preprocessing{.input_size = input_size,
                         .resize_rule = ResizeRule::kShorterSideAndCrop,
                         .resize_size = static_cast<int>(std::lround(input_size * 256 / 224.0)),
                         .interpolation = Interpolation::kBilinearAntialias,
                         .channel_order = ChannelOrder::kRgb,
                         .scale = 1 / 255.0f,
                         .mean = {0.485f, 0.456f, 0.406f},
                         .std = {0.229f, 0.224f, 0.225f}};
  }
  if (name == "starter") {
    return Preprocessing{.input_size = input_size,
                         .resize_rule = ResizeRule::kStretch,
                         .interpolation = Interpolation::kArea,
                         .channel_order = ChannelOrder::kRgb,
                         .mean = {123.68f, 116.779f, 103.939f}};
  }
  return absl::InvalidArgumentError(
      absl::StrCat("preprocessing: no profile \"", name, "\" (wanted: keras, torchvision or starter)"));
}

absl::Status ValidatePreprocessing(const Preprocessing& preprocessing) {
  if (absl::Status status = CheckInputSize(preprocessing.input_size); !status.ok()) return status;
  if (preprocessing.resize_rule == ResizeRule::kShorterSideAndCrop) {
    const absl::Status status =
        CheckRange("resize_size", preprocessing.resize_size, preprocessing.input_size, kMaxResizeSize);
    if (!status.ok()) return status;
    if (preprocessing.interpolation == Interpolation::kArea) {
      return absl::InvalidArgumentError("preprocessing: interpolation by area goes with the stretch rule only");
    }
  }
  for (int channel = 0; channel < 3; ++channel) {
    const float mean = preprocessing.mean[channel], std = preprocessing.std[channel];
    if (!std::isfinite(mean) || !std::isfinite(std) || std <= 0) {
      return absl::InvalidArgumentError(absl::StrCat("preprocessing: channel ", channel, " has mean ", mean,
                                                     " and std ", std, " (wanted: finite, std above 0)"));
    }
  }
  if (!std::isfinite(preprocessing.scale) || preprocessing.scale <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("preprocessing: scale ", preprocessing.scale, " (wanted: finite, above 0)"));
  }
  return absl::OkStatus();
}

size_t InputValues(const Preprocessing& preprocessing) {
  return size_t{3} * preprocessing.input_size * preprocessing.input_size;
}

absl::Status Preprocess(const Image& image, const Preprocessing& preprocessing, std::span<float> output) {
  if (absl::Status status = ValidatePreprocessing(preprocessing); !status.ok()) return status;
  if (image.pixels.empty()) return absl::InvalidArgumentError("preprocessing: the picture is empty");
  if (output.size() != InputValues(preprocessing)) {
    return absl::InvalidArgumentError(
        absl::StrCat("preprocessing: room for ", output.size(), " values (wanted: ", InputValues(preprocessing), ")"));
  }
  const absl::StatusOr<Image> resized = Resize(image, preprocessing);
  if (!resized.ok()) return resized.status();
  WritePlanes(*resized, preprocessing, output);
  return absl::OkStatus();
}

}  // namespace lookalike
