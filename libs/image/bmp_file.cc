// SPDX-License-Identifier: Apache-2.0
#include "libs/image/bmp_file.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/image/byte_order.h"

namespace lookalike {
namespace {

using Compression = BmpLayout::Compression;

constexpr size_t kFileHeader = 14;                    // "BM", size 4, unused 4, offset of the pixels 4
constexpr size_t kCoreHeader = 12, kInfoHeader = 40;  // sizes of the header behind it: the oldest, and the usual one
constexpr size_t kMaxHeader = 1024;                   // later ones have up to 124
constexpr size_t kMasks = kFileHeader + kInfoHeader;  // behind the usual header, within the later ones

absl::Status Damaged(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("image: damaged BMP, ", what));
}

// Which depths go with which compression.
bool Fits(Compression compression, uint32_t bits) {
  switch (compression) {
    case Compression::kNone:
      return bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
    case Compression::kRunLength8:
      return bits == 8;
    case Compression::kRunLength4:
      return bits == 4;
    case Compression::kBitFields:
      return bits == 16 || bits == 32;
  }
  return false;
}

// The masks of a pixel of 16 or 32 bits. Only those of the file can name alpha: the fourth byte of a plain 32-bit
// pixel is unused, and mostly zero.
absl::Status ReadMasks(absl::string_view bytes, size_t header_size, BmpLayout& layout) {
  if (layout.compression != Compression::kBitFields) {
    const uint32_t depth = layout.bits == 16 ? 5 : 8;
    for (uint32_t channel = 0; channel < 3; ++channel)
      layout.masks[channel] = ((1u << depth) - 1) << (2 - channel) * depth;
    return absl::OkStatus();
  }
  const size_t count = header_size >= kInfoHeader + 16 ? 4 : 3;
  if (bytes.size() < kMasks + 4 * count) return Damaged("it ends within its masks");
  for (size_t channel = 0; channel < count; ++channel) {
    layout.masks[channel] = ReadLittleEndian(bytes, kMasks + 4 * channel, 4);
  }
  return absl::OkStatus();
}

void ReadCoreHeader(absl::string_view bytes, BmpLayout& layout) {
  layout.width = ReadLittleEndian(bytes, 18, 2);
  layout.height = ReadLittleEndian(bytes, 20, 2);
  layout.bits = ReadLittleEndian(bytes, 24, 2);
  layout.palette_entry_size = 3;
  layout.palette_size = layout.bits <= 8 ? size_t{1} << layout.bits : 0;
}

void ReadInfoHeader(absl::string_view bytes, BmpLayout& layout) {
  const int64_t height = static_cast<int32_t>(ReadLittleEndian(bytes, 22, 4));
  layout.width = static_cast<int32_t>(ReadLittleEndian(bytes, 18, 4));
  layout.height = std::abs(height);
  layout.from_the_top = height < 0;
  layout.bits = ReadLittleEndian(bytes, 28, 2);
  layout.compression = static_cast<Compression>(ReadLittleEndian(bytes, 30, 4));
  const size_t most = layout.bits <= 8 ? size_t{1} << layout.bits : 0;
  const size_t stated = ReadLittleEndian(bytes, 46, 4);
  layout.palette_entry_size = 4;
  layout.palette_size = stated == 0 ? most : std::min(stated, most);
}

}  // namespace

bool IsBmp(absl::string_view bytes) { return absl::StartsWith(bytes, "BM"); }

absl::StatusOr<BmpLayout> ReadBmpLayout(absl::string_view bytes) {
  if (bytes.size() < kFileHeader + kCoreHeader) return Damaged("it ends within its header");
  const size_t header_size = ReadLittleEndian(bytes, kFileHeader, 4);
  const bool known = header_size == kCoreHeader || (header_size >= kInfoHeader && header_size <= kMaxHeader);
  if (!known) return Damaged(absl::StrCat("a header of ", header_size, " bytes"));
  if (bytes.size() < kFileHeader + header_size) return Damaged("it ends within its header");
  BmpLayout layout;
  header_size == kCoreHeader ? ReadCoreHeader(bytes, layout) : ReadInfoHeader(bytes, layout);
  if (!Fits(layout.compression, layout.bits)) {
    return absl::InvalidArgumentError(absl::StrCat("image: a BMP of ", layout.bits, " bits a pixel and compression ",
                                                   static_cast<uint32_t>(layout.compression), " is not known"));
  }
  if (absl::Status status = ReadMasks(bytes, header_size, layout); !status.ok()) return status;
  layout.palette = kFileHeader + header_size;
  if (layout.palette + layout.palette_size * layout.palette_entry_size > bytes.size()) {
    return Damaged("it ends within its table of colours");
  }
  layout.pixels = ReadLittleEndian(bytes, 10, 4);
  if (layout.pixels < layout.palette || layout.pixels > bytes.size()) return Damaged("its pixels lie elsewhere");
  return layout;
}

absl::StatusOr<ImageHeader> ReadBmpHeader(absl::string_view bytes) {
  const absl::StatusOr<BmpLayout> layout = ReadBmpLayout(bytes);
  if (!layout.ok()) return layout.status();
  return ImageHeader{.format = ImageFormat::kBmp, .width = layout->width, .height = layout->height};
}

}  // namespace lookalike
