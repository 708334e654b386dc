// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <webp/decode.h>

#include "absl/strings/str_cat.h"

#include "libs/image/codecs.h"
#include "libs/image/on_white.h"
#include "libs/image/webp_codes.h"

namespace lookalike {
namespace {

constexpr int kLossless = 2;  // WebPBitstreamFeatures::format

// What libwebp takes beside our pixels, for each pixel: in a lossless file all of them again, 32 bits each; in a lossy
// one the alpha, which is itself coded without loss.
int64_t WorkingBytesPerPixel(const WebPBitstreamFeatures& features) {
  if (features.format == kLossless) return 4;
  return features.has_alpha ? 5 : 0;
}

constexpr int64_t kWorkingBytesPerColumn = 256;  // rows of macroblocks with their filters
constexpr int64_t kWorkingBytes = 1 << 20;       // tables

absl::StatusOr<Image> Decode(const EncodedPicture& picture) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(picture.bytes.data());
  const size_t size = picture.bytes.size();
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return absl::InternalError("image: another version of libwebp");
  if (WebPGetFeatures(bytes, size, &config.input) != VP8_STATUS_OK) return DamagedData("WebP header");
  const int width = config.input.width, height = config.input.height, channels = config.input.has_alpha ? 4 : 3;
  if (absl::Status status = CheckSameSize(width, height, picture.header); !status.ok()) return status;
  const absl::StatusOr<int64_t> codes = WebpCodeBytes(picture.bytes, width, height);
  if (!codes.ok()) return codes.status();
  const int64_t needed = int64_t{width} * height * (channels + WorkingBytesPerPixel(config.input)) +
                         kWorkingBytesPerColumn * width + kWorkingBytes + *codes;
  if (absl::Status status = CheckMemory(needed, picture.max_memory); !status.ok()) return status;
  Image image{.width = width, .height = height, .pixels = {}};
  image.pixels.resize(size_t(channels) * width * height);
  config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {.rgba = image.pixels.data(), .stride = channels * width, .size = image.pixels.size()};
  const VP8StatusCode result = WebPDecode(bytes, size, &config);
  if (result == VP8_STATUS_OUT_OF_MEMORY) return absl::ResourceExhaustedError("image: out of memory");
  if (result != VP8_STATUS_OK) return DamagedData(absl::StrCat("libwebp's status ", static_cast<int>(result)));
  if (channels == 4) LayOnWhite(image.pixels);
  return image;
}

}  // namespace

absl::StatusOr<Image> DecodeWebp(const EncodedPicture& picture) {
  return WithoutExceptions([&] { return Decode(picture); });
}

}  // namespace lookalike
