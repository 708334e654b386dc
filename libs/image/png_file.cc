// SPDX-License-Identifier: Apache-2.0
#include "libs/image/png_file.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/image/byte_order.h"

namespace lookalike {
namespace {

constexpr absl::string_view kSignature("\x89PNG\r\n\x1A\n", 8);
constexpr size_t kChunkOverhead = 12;         // length 4, type 4, check sum 4
constexpr size_t kHeaderEnd = 8 + 8 + 8;      // signature; length and type of IHDR; width and height
constexpr uint32_t kMaxNumber = 0x7FFF'FFFF;  // of every number of the format

absl::Status Truncated(absl::string_view bytes) {
  return absl::InvalidArgumentError(
      absl::StrCat("image: truncated PNG, it ends after ", bytes.size(), " bytes without an end mark"));
}

}  // namespace

bool IsPng(absl::string_view bytes) { return absl::StartsWith(bytes, kSignature); }

absl::StatusOr<ImageHeader> ReadPngHeader(absl::string_view bytes) {
  if (bytes.size() < kHeaderEnd) return Truncated(bytes);
  const uint32_t width = ReadBigEndian(bytes, 16, 4), height = ReadBigEndian(bytes, 20, 4);
  if (bytes.substr(12, 4) != "IHDR" || width > kMaxNumber || height > kMaxNumber) {
    return absl::InvalidArgumentError("image: damaged PNG header");
  }
  return ImageHeader{.format = ImageFormat::kPng, .width = width, .height = height};
}

absl::StatusOr<Orientation> ReadPngToEnd(absl::string_view bytes) {
  Orientation orientation = Orientation::kUpright;
  size_t offset = kSignature.size();
  while (offset + kChunkOverhead <= bytes.size()) {
    const size_t length = ReadBigEndian(bytes, offset, 4);
    if (length > bytes.size() - offset - kChunkOverhead) break;
    const absl::string_view type = bytes.substr(offset + 4, 4);
    if (type == "IEND") return orientation;
    if (type == "eXIf") orientation = ReadExifOrientation(bytes.substr(offset + 8, length));
    offset += kChunkOverhead + length;
  }
  return Truncated(bytes);
}

}  // namespace lookalike
