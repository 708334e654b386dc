// SPDX-License-Identifier: Apache-2.0
#include "libs/image/image_header.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "libs/image/bmp_file.h"
#include "libs/image/gif_file.h"
#include "libs/image/jpeg_file.h"
#include "libs/image/png_file.h"
#include "libs/image/tiff_file.h"
#include "libs/image/webp_file.h"

namespace lookalike {
namespace {

absl::StatusOr<ImageHeader> ReadSize(absl::string_view bytes) {
  if (IsJpeg(bytes)) return ReadJpegHeader(bytes);
  if (IsPng(bytes)) return ReadPngHeader(bytes);
  if (IsWebp(bytes)) return ReadWebpHeader(bytes);
  if (IsGif(bytes)) return ReadGifHeader(bytes);
  if (IsBmp(bytes)) return ReadBmpHeader(bytes);
  if (IsTiff(bytes)) return ReadTiffHeader(bytes);
  return absl::InvalidArgumentError(
      absl::StrCat("image: not a JPEG, PNG, WebP, GIF, BMP or TIFF file (it begins with the bytes ",
                   absl::BytesToHexString(bytes.substr(0, 12)), ")"));
}

}  // namespace

absl::StatusOr<ImageHeader> ReadImageHeader(absl::string_view bytes) {
  if (bytes.empty()) return absl::InvalidArgumentError("image: has 0 bytes");
  absl::StatusOr<ImageHeader> header = ReadSize(bytes);
  if (header.ok() && (header->width < 1 || header->height < 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("image: its header says ", header->width, " × ", header->height, " pixels"));
  }
  return header;
}

absl::StatusOr<Orientation> ReadToEnd(absl::string_view bytes, ImageFormat format) {
  switch (format) {
    case ImageFormat::kJpeg:
      return ReadJpegToEnd(bytes);
    case ImageFormat::kPng:
      return ReadPngToEnd(bytes);
    case ImageFormat::kWebp:
      return ReadWebpToEnd(bytes);
    case ImageFormat::kGif:
      return ReadGifToEnd(bytes);
    case ImageFormat::kBmp:
      return Orientation::kUpright;
    case ImageFormat::kTiff:
      return ReadExifOrientation(bytes);  // EXIF data is a TIFF file within another: one reader serves both
  }
  return absl::InternalError("image: unknown format");
}

}  // namespace lookalike
