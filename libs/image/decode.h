// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/image/image.h"

namespace lookalike {

// What an image may cost before it is refused. Checked against the file's header, before memory is taken.
struct ImageLimits {
  size_t max_bytes = 20 << 20;       // encoded size; a phone's 50-megapixel JPEG is about 15 MiB
  int64_t max_pixels = 100'000'000;  // width × height; decoding holds 6 to 12 bytes each
};

// Decodes a JPEG, PNG or WebP file held in memory to RGB: EXIF orientation applied, alpha laid on white, grey and
// palette expanded, 16 bit reduced to 8. InvalidArgument, with a message for the sender of the image, for anything
// else: other formats, damaged or truncated files, no bytes, a limit exceeded; ResourceExhausted where memory runs
// out. (Damage inside the compressed data of a JPEG can go unseen: the format has no check sums.) Thread-safe; never
// throws.
absl::StatusOr<Image> DecodeImage(absl::string_view bytes, const ImageLimits& limits);

// The part of `image` inside `box`, its edges rounded to whole pixels, at least one pixel each way.
// InvalidArgument for a box that is not within the picture or is empty.
absl::StatusOr<Image> Crop(const Image& image, const CropBox& box);

}  // namespace lookalike
