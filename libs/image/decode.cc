// SPDX-License-Identifier: Apache-2.0
#include "libs/image/decode.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/image/codecs.h"
#include "libs/image/crop.h"
#include "libs/image/image_header.h"
#include "libs/image/upright.h"

namespace lookalike {
namespace {

absl::Status CheckBytes(absl::string_view bytes, const ImageLimits& limits) {
  if (bytes.size() <= limits.max_bytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("image: ", bytes.size(), " bytes are more than the limit of ",
                                                 limits.max_bytes, " (max-image-bytes)"));
}

// Of numbers that the sender chose freely: none of them is multiplied before it is known to be small.
absl::Status CheckSize(const ImageHeader& header, const ImageLimits& limits) {
  const int64_t shorter = std::min(header.width, header.height), longer = std::max(header.width, header.height);
  if (longer > limits.max_pixels / shorter || longer > std::numeric_limits<int>::max()) {
    return absl::InvalidArgumentError(absl::StrCat("image: ", header.width, " × ", header.height,
                                                   " pixels are more than the limit of ", limits.max_pixels,
                                                   " (max-image-pixels)"));
  }
  if (longer <= limits.max_aspect_ratio * shorter) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("image: ", header.width, " × ", header.height,
                                                 " pixels, one side more than ", limits.max_aspect_ratio,
                                                 " times the other (max-image-aspect-ratio)"));
}

// What is wanted of a picture, in the pixels of its full size after orientation.
struct Wanted {
  int64_t width = 0;  // of the whole picture
  int64_t height = 0;
  PixelBox part;
  int reduction = 1;
};

// The largest reduction of a JPEG that leaves its wanted part large enough.
int ChooseReduction(const PixelBox& part, int sufficient_side) {
  const int64_t shorter = std::min(part.width(), part.height());
  for (const int reduction : {8, 4, 2}) {
    if (shorter / reduction >= sufficient_side) return reduction;
  }
  return 1;
}

Wanted Plan(const ImageHeader& header, Orientation orientation, const ImageLimits& limits,
            const DecodeOptions& options) {
  Wanted wanted{.width = header.width, .height = header.height, .part = {}};
  if (IsTurned(orientation)) std::swap(wanted.width, wanted.height);
  wanted.part = ToPixels(options.crop.value_or(CropBox()), wanted.width, wanted.height);
  if (limits.reduce_jpeg && options.sufficient_side > 0 && header.format == ImageFormat::kJpeg) {
    wanted.reduction = ChooseReduction(wanted.part, options.sufficient_side);
  }
  return wanted;
}

absl::StatusOr<Image> DecodeStored(const EncodedPicture& picture, int reduction) {
  switch (picture.header.format) {
    case ImageFormat::kJpeg:
      return DecodeJpeg(picture, reduction);
    case ImageFormat::kPng:
      return DecodePng(picture);
    case ImageFormat::kWebp:
      return DecodeWebp(picture);
    case ImageFormat::kGif:
      return DecodeGif(picture);
    case ImageFormat::kBmp:
      return DecodeBmp(picture);
    case ImageFormat::kTiff:
      return DecodeTiff(picture);
  }
  return absl::InternalError("image: unknown format");
}

// The wanted part of `shown`, which may be reduced. The part is another piece of memory.
absl::StatusOr<Image> TakePart(Image shown, const Wanted& wanted, const ImageLimits& limits) {
  const PixelBox part = ScaleBox(wanted.part, wanted.width, wanted.height, shown.width, shown.height);
  if (part.width() == shown.width && part.height() == shown.height) return shown;
  const int64_t needed = static_cast<int64_t>(shown.pixels.size()) + 3 * part.width() * part.height();
  if (absl::Status status = CheckMemory(needed, limits.max_decoded_bytes); !status.ok()) return status;
  return WithoutExceptions([&] { return CropToPixels(shown, part); });
}

}  // namespace

absl::StatusOr<Image> DecodeImage(absl::string_view bytes, const ImageLimits& limits, const DecodeOptions& options) {
  if (options.crop.has_value()) {
    if (absl::Status status = ValidateCropBox(*options.crop); !status.ok()) return status;
  }
  if (absl::Status status = CheckBytes(bytes, limits); !status.ok()) return status;
  const absl::StatusOr<ImageHeader> header = ReadImageHeader(bytes);
  if (!header.ok()) return header.status();
  if (absl::Status status = CheckSize(*header, limits); !status.ok()) return status;
  const absl::StatusOr<Orientation> orientation = ReadToEnd(bytes, header->format);
  if (!orientation.ok()) return orientation.status();
  const Wanted wanted = Plan(*header, *orientation, limits, options);
  absl::StatusOr<Image> image =
      DecodeStored({.bytes = bytes, .header = *header, .max_memory = limits.max_decoded_bytes}, wanted.reduction);
  if (!image.ok()) return image;
  const int64_t copies = IsTurned(*orientation) ? 2 : 1;
  const absl::Status status =
      CheckMemory(copies * static_cast<int64_t>(image->pixels.size()), limits.max_decoded_bytes);
  if (!status.ok()) return status;
  image = Upright(*std::move(image), *orientation);
  if (!image.ok()) return image;
  return TakePart(*std::move(image), wanted, limits);
}

}  // namespace lookalike
