// SPDX-License-Identifier: Apache-2.0
#include "libs/image/tiff_file.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/image/byte_order.h"

namespace lookalike {
namespace {

constexpr absl::string_view kLittleEndian("II*\0", 4), kBigEndian("MM\0*", 4);
constexpr absl::string_view kBigTiffLittleEndian("II+\0", 4), kBigTiffBigEndian("MM\0+", 4);
constexpr uint32_t kWidthTag = 256, kHeightTag = 257;
constexpr uint32_t kShortType = 3, kLongType = 4;
constexpr size_t kEntrySize = 12;           // tag 2, type 2, count 4, value 4
constexpr uint32_t kMaxSide = 0x7FFF'FFFF;  // pixels

absl::Status Damaged(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("image: damaged TIFF, ", what));
}

}  // namespace

bool IsTiff(absl::string_view bytes) {
  return absl::StartsWith(bytes, kLittleEndian) || absl::StartsWith(bytes, kBigEndian) ||
         absl::StartsWith(bytes, kBigTiffLittleEndian) || absl::StartsWith(bytes, kBigTiffBigEndian);
}

absl::StatusOr<ImageHeader> ReadTiffHeader(absl::string_view bytes) {
  const bool little_endian = absl::StartsWith(bytes, kLittleEndian);
  if (!little_endian && !absl::StartsWith(bytes, kBigEndian)) {
    return absl::InvalidArgumentError("image: a BigTIFF file (wanted: TIFF)");
  }
  const auto read = [&](size_t offset, size_t count) {
    return little_endian ? ReadLittleEndian(bytes, offset, count) : ReadBigEndian(bytes, offset, count);
  };
  if (bytes.size() < 8) return Damaged("it ends within its header");
  const size_t directory = read(4, 4);
  if (directory > bytes.size() - 2) return Damaged("its directory lies beyond its end");
  ImageHeader header{.format = ImageFormat::kTiff, .width = 0, .height = 0};
  const size_t entries = read(directory, 2);
  for (size_t i = 0; i < entries; ++i) {
    const size_t entry = directory + 2 + i * kEntrySize;
    if (entry + kEntrySize > bytes.size()) return Damaged("it ends within its directory");
    const uint32_t tag = read(entry, 2), type = read(entry + 2, 2);
    if (tag != kWidthTag && tag != kHeightTag) continue;
    if (type != kShortType && type != kLongType) return Damaged(absl::StrCat("a size of the type ", type));
    const uint32_t side = read(entry + 8, type == kShortType ? 2 : 4);
    if (side > kMaxSide) return Damaged(absl::StrCat("a side of ", side, " pixels"));
    (tag == kWidthTag ? header.width : header.height) = side;
  }
  return header;
}

}  // namespace lookalike
