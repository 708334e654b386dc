// SPDX-License-Identifier: Apache-2.0
#include "libs/image/webp_file.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/image/byte_order.h"

namespace lookalike {
namespace {

constexpr size_t kRiffHeader = 12;          // "RIFF", size 4, "WEBP"
constexpr size_t kChunkHeader = 8;          // type 4, size 4
constexpr size_t kHeaderEnd = 12 + 8 + 10;  // the first chunk's first ten bytes hold the size, whatever its type
constexpr uint8_t kAnimationFlag = 0x02;

absl::Status Truncated(absl::string_view bytes) {
  return absl::InvalidArgumentError(
      absl::StrCat("image: truncated WebP, it ends after ", bytes.size(), " bytes, before its stated size"));
}

ImageHeader Header(uint32_t width, uint32_t height) {
  return {.format = ImageFormat::kWebp, .width = width, .height = height};
}

}  // namespace

bool IsWebp(absl::string_view bytes) {
  return absl::StartsWith(bytes, "RIFF") && bytes.size() >= kRiffHeader && bytes.substr(8, 4) == "WEBP";
}

absl::StatusOr<ImageHeader> ReadWebpHeader(absl::string_view bytes) {
  if (bytes.size() < kHeaderEnd) return Truncated(bytes);
  const absl::string_view type = bytes.substr(kRiffHeader, 4);
  const absl::string_view payload = bytes.substr(kRiffHeader + kChunkHeader);
  if (type == "VP8 ") return Header(ReadLittleEndian(payload, 6, 2) & 0x3FFF, ReadLittleEndian(payload, 8, 2) & 0x3FFF);
  if (type == "VP8L") {
    const uint32_t sides = ReadLittleEndian(payload, 1, 4);  // after a signature byte: two numbers of 14 bits, less one
    return Header((sides & 0x3FFF) + 1, (sides >> 14 & 0x3FFF) + 1);
  }
  if (type == "VP8X") {
    if (payload[0] & kAnimationFlag) return absl::InvalidArgumentError("image: an animated WebP, not a picture");
    return Header(ReadLittleEndian(payload, 4, 3) + 1, ReadLittleEndian(payload, 7, 3) + 1);
  }
  return absl::InvalidArgumentError("image: damaged WebP header");
}

absl::StatusOr<Orientation> ReadWebpToEnd(absl::string_view bytes) {
  const size_t stated_size = kChunkHeader + ReadLittleEndian(bytes, 4, 4);
  if (stated_size > bytes.size()) return Truncated(bytes);
  Orientation orientation = Orientation::kUpright;
  size_t offset = kRiffHeader;
  while (offset + kChunkHeader <= stated_size) {
    const size_t length = ReadLittleEndian(bytes, offset + 4, 4);
    if (length > stated_size - offset - kChunkHeader) return Truncated(bytes);
    if (bytes.substr(offset, 4) == "EXIF") {
      orientation = ReadExifOrientation(bytes.substr(offset + kChunkHeader, length));
    }
    offset += kChunkHeader + length + length % 2;  // chunks begin at even offsets
  }
  return orientation;
}

absl::string_view FindWebpChunk(absl::string_view bytes, absl::string_view type) {
  size_t offset = kRiffHeader;
  while (offset + kChunkHeader <= bytes.size()) {
    const size_t length = ReadLittleEndian(bytes, offset + 4, 4);
    if (bytes.substr(offset, 4) == type) return bytes.substr(offset + kChunkHeader, length);
    offset += kChunkHeader + length + length % 2;
  }
  return {};
}

}  // namespace lookalike
