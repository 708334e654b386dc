// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/image/image.h"

namespace lookalike {

// What an image may cost before it is refused. All but max_decoded_bytes are checked against the file's header, before
// memory is taken; that one as soon as the decoder has read how the pixels are stored, and before it takes memory for
// them. A refusal names the flag of the encoder's programs, what was found and what is allowed.
struct ImageLimits {
  size_t max_bytes = 20 << 20;       // encoded size; a phone's 50-megapixel JPEG is about 15 MiB
  int64_t max_pixels = 100'000'000;  // width × height
  int64_t max_aspect_ratio = 100;    // the longer side over the shorter; a picture is squeezed into a square

  // Memory that one picture may take while it is decoded, beside the file itself; docs/images.md says how much each
  // format takes: 3 to 9 bytes a pixel, more for a TIFF of large strips. A JPEG decoded at reduced scale needs
  // accordingly less for its pixels.
  int64_t max_decoded_bytes = 512 << 20;

  // Whether a JPEG far larger than DecodeOptions::sufficient_side may be decoded at a reduced scale.
  bool reduce_jpeg = true;
};

// What is wanted of a picture.
struct DecodeOptions {
  // Absent: the whole picture. Of the picture at its full size, after orientation; its edges are rounded to whole
  // pixels of it, at least one pixel each way.
  std::optional<CropBox> crop = std::nullopt;

  // A JPEG is decoded at 1/2, 1/4 or 1/8 of its scale where both sides of the wanted part still have at least so many
  // pixels then; see SufficientSide(). 0: always at full scale.
  int sufficient_side = 0;
};

// Decodes a JPEG, PNG, WebP, GIF (its first frame), BMP or TIFF (its first picture) held in memory to RGB: EXIF
// orientation applied, then cropped; alpha laid on white, grey, palettes and inks (CMYK) turned to RGB, 16 bit reduced
// to 8. Colour profiles are ignored. More in docs/images.md.
//
// InvalidArgument, with a message for the sender of the image, for anything else: other formats, damaged or truncated
// files, animated WebP, no bytes, a limit exceeded, a crop box that is empty or not within the picture;
// ResourceExhausted where memory runs out. (Damage inside the compressed data of a JPEG can go unseen: the format has
// no check sums.) Thread-safe; never throws, prints nothing.
absl::StatusOr<Image> DecodeImage(absl::string_view bytes, const ImageLimits& limits,
                                  const DecodeOptions& options = DecodeOptions());

// The part of `image` inside `box`, its edges rounded to whole pixels, at least one pixel each way.
// InvalidArgument for a box that is not within the picture or is empty, and for an empty picture.
absl::StatusOr<Image> Crop(const Image& image, const CropBox& box);

}  // namespace lookalike
