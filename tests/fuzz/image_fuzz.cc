// SPDX-License-Identifier: Apache-2.0
// The whole way of a picture's bytes: header, decoding at full and at reduced scale, turning, cropping.
#include <cstdlib>

#include "libs/image/decode.h"

namespace lookalike {
namespace {

// Small enough that no input is slow, large enough that every path is open.
constexpr ImageLimits kLimits = {
    .max_bytes = 1 << 20, .max_pixels = 250'000, .max_aspect_ratio = 100, .max_decoded_bytes = 16 << 20};

void Require(bool holds) {
  if (!holds) std::abort();
}

void Decode(absl::string_view bytes, const DecodeOptions& options) {
  const absl::StatusOr<Image> image = DecodeImage(bytes, kLimits, options);
  if (!image.ok()) {
    Require(absl::IsInvalidArgument(image.status()) && !image.status().message().empty());
    return;
  }
  Require(image->width > 0 && image->height > 0);
  Require(image->pixels.size() == size_t{3} * image->width * image->height);
}

// The box that the last bytes of an input make: most are good ones, some are not.
CropBox BoxOf(absl::string_view bytes) {
  const auto fraction = [&](size_t from_the_end) {
    return bytes.size() < from_the_end ? 0.5f
                                       : static_cast<float>(static_cast<uint8_t>(*(bytes.end() - from_the_end))) / 250;
  };
  return {.left = fraction(1) / 2,
          .top = fraction(2) / 2,
          .right = 0.5f + fraction(3) / 2,
          .bottom = 0.5f + fraction(4) / 2};
}

}  // namespace
}  // namespace lookalike

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  lookalike::Decode(bytes, {});
  lookalike::Decode(bytes, {.crop = lookalike::BoxOf(bytes), .sufficient_side = 4});
  return 0;
}
