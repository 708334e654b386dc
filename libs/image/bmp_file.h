// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/image/image_header.h"

namespace lookalike {

// How the pixels of a BMP file are stored: BITMAPCOREHEADER or BITMAPINFOHEADER and its successors, as Microsoft's
// "Bitmap Storage" describes them.
struct BmpLayout {
  enum class Compression : uint32_t { kNone = 0, kRunLength8 = 1, kRunLength4 = 2, kBitFields = 3 };

  int64_t width = 0;   // pixels
  int64_t height = 0;  // pixels
  bool from_the_top = false;
  uint32_t bits = 0;  // of a pixel: 1, 4, 8, 16, 24 or 32
  Compression compression = Compression::kNone;
  size_t palette = 0;             // where the table of colours begins
  size_t palette_entry_size = 0;  // bytes: blue, green, red, and perhaps one unused
  size_t palette_size = 0;        // entries
  size_t pixels = 0;              // where the pixels begin
  uint32_t masks[4] = {};         // of red, green, blue and alpha within a pixel of 16 or 32 bits; 0: has none
};

// InvalidArgument for headers that are damaged or truncated, and for what the format allows but nobody writes.
absl::StatusOr<BmpLayout> ReadBmpLayout(absl::string_view bytes);

// The part of ReadImageHeader() for BMP.
bool IsBmp(absl::string_view bytes);
absl::StatusOr<ImageHeader> ReadBmpHeader(absl::string_view bytes);

}  // namespace lookalike
