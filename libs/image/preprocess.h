// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/image/image.h"

namespace lookalike {

// How a picture is brought to the model's square input.
enum class ResizeRule {
  kStretch,             // both sides to input_size; the aspect ratio is not kept
  kShorterSideAndCrop,  // the shorter side to resize_size, then the central input_size × input_size
};

enum class Interpolation {
  kNearest,            // as PIL's Image.resize(NEAREST)
  kBilinearAntialias,  // as PIL's Image.resize(BILINEAR): a triangle filter as wide as the reduction
  kArea,               // the mean of the covered area, as OpenCV's INTER_AREA; where a side grows, its bilinear
};

enum class ChannelOrder { kRgb, kBgr };

// From a decoded picture to the model's input: resize, crop, order the channels, (pixel × scale − mean) / std.
struct Preprocessing {
  int input_size = 224;  // pixels, both sides of the model's input
  ResizeRule resize_rule = ResizeRule::kStretch;
  int resize_size = 256;  // pixels, with kShorterSideAndCrop only
  Interpolation interpolation = Interpolation::kNearest;
  ChannelOrder channel_order = ChannelOrder::kRgb;
  float scale = 1;                        // applied to the 8-bit value, before the mean
  std::array<float, 3> mean = {0, 0, 0};  // in the order of the channels
  std::array<float, 3> std = {1, 1, 1};   // in the order of the channels
};

// A profile by name, at an input size in pixels:
//   keras        what keras.applications.vgg16 wants, with load_img: stretch, nearest, BGR,
//                minus (103.939, 116.779, 123.68)
//   torchvision  what torchvision's ImageNet weights want: shorter side to input_size × 256/224, bilinear, centre crop,
//                RGB, /255, mean (.485, .456, .406), std (.229, .224, .225)
//   starter      what models/starter-vgg16-gap.safetensors wants: stretch, area, RGB, minus (123.68, 116.779, 103.939)
// InvalidArgument for another name or a size outside 1…4096.
absl::StatusOr<Preprocessing> PreprocessingProfile(absl::string_view name, int input_size);

// InvalidArgument, naming the field, for what Preprocess() cannot do: input_size outside 1…4096; with
// kShorterSideAndCrop a resize_size outside input_size…8192 or kArea; a scale or std that is not above 0; a value that
// is not finite.
absl::Status ValidatePreprocessing(const Preprocessing& preprocessing);

// The number of floats that Preprocess() writes for one picture: 3 × input_size².
size_t InputValues(const Preprocessing& preprocessing);

// Writes the model's input for `image` to `output`: InputValues() floats, channel by channel, rows from the top.
// InvalidArgument for an empty image, another length of `output`, or a refusal of ValidatePreprocessing(). Thread-safe.
absl::Status Preprocess(const Image& image, const Preprocessing& preprocessing, std::span<float> output);

}  // namespace lookalike
