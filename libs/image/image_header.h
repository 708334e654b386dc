// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/image/exif.h"

namespace lookalike {

enum class ImageFormat { kJpeg, kPng, kWebp, kGif, kBmp, kTiff };

// What an encoded picture says of itself.
struct ImageHeader {
  ImageFormat format = ImageFormat::kJpeg;
  int64_t width = 0;   // pixels as stored, before orientation; 1…2³¹ − 1
  int64_t height = 0;  // the same
};

// Reads the format and the size, and nothing beyond them: the rest of the file may be missing. It is done first, so
// that a picture over a limit costs no memory: the decoders allocate as soon as they have seen the size. Of a GIF it is
// the size of its screen, or of the first frame where that reaches further; of a TIFF that of its first picture.
// InvalidArgument for any other format and where the bytes end or make no sense before the size is known.
absl::StatusOr<ImageHeader> ReadImageHeader(absl::string_view bytes);

// Walks over the file's segments, chunks or blocks to its end mark, without decoding them, and returns the orientation
// that its EXIF data gives. InvalidArgument where the end mark is missing: decoders fill the rest of a truncated
// picture with grey and report success. Refuses also what would cost far more time than its size suggests (a JPEG of
// very many scans) and animated WebP. A BMP and a TIFF have no end mark: what is missing is seen when they are decoded.
absl::StatusOr<Orientation> ReadToEnd(absl::string_view bytes, ImageFormat format);

}  // namespace lookalike
