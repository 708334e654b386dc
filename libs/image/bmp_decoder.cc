// SPDX-License-Identifier: Apache-2.0
#include <bit>

#include "libs/image/bmp_file.h"
#include "libs/image/byte_order.h"
#include "libs/image/codecs.h"
#include "libs/image/on_white.h"

namespace lookalike {
namespace {

// Read by ourselves: the format is hardly more than rows of pixels, and no library of Debian's reads it alone.
class BmpDecoder {
 public:
  BmpDecoder(absl::string_view bytes, const BmpLayout& layout)
      : bytes_(bytes),
        layout_(layout),
        image_(NewImage(static_cast<int>(layout.width), static_cast<int>(layout.height))) {}

  absl::StatusOr<Image> Decode() {
    const bool runs = layout_.compression == BmpLayout::Compression::kRunLength8 ||
                      layout_.compression == BmpLayout::Compression::kRunLength4;
    if (runs) {
      FillWithColorZero();
      if (!ReadRuns()) return Truncated();
    } else if (!ReadRows()) {
      return Truncated();
    }
    return std::move(image_);
  }

 private:
  static absl::Status Truncated() { return DamagedData("a BMP that ends early"); }

  uint8_t ByteAt(size_t offset) const { return static_cast<uint8_t>(bytes_[offset]); }

  // The place of a pixel in our picture, of the row `line` as stored.
  uint8_t* Pixel(int64_t x, int64_t line) {
    const int64_t y = layout_.from_the_top ? line : layout_.height - 1 - line;
    return &image_.pixels[static_cast<size_t>(3 * (y * layout_.width + x))];
  }

  // A number beyond the table is black.
  void PaintFromPalette(size_t number, uint8_t* to) const {
    if (number >= layout_.palette_size) return;
    const size_t entry = layout_.palette + number * layout_.palette_entry_size;
    to[0] = ByteAt(entry + 2), to[1] = ByteAt(entry + 1), to[2] = ByteAt(entry);
  }

  // The value of a channel, stretched to 8 bits.
  static int Channel(uint32_t pixel, uint32_t mask) {
    const uint64_t most = mask >> std::countr_zero(mask);
    const uint64_t value = (pixel & mask) >> std::countr_zero(mask);
    return static_cast<int>((value * 255 + most / 2) / most);
  }

  void PaintFromMasks(uint32_t pixel, uint8_t* to) const {
    const int alpha = layout_.masks[3] == 0 ? 255 : Channel(pixel, layout_.masks[3]);
    for (size_t i = 0; i < 3; ++i) {
      to[i] = OnWhite(layout_.masks[i] == 0 ? 0 : Channel(pixel, layout_.masks[i]), alpha);
    }
  }

  bool ReadRows() {
    const size_t row_size = (static_cast<size_t>(layout_.width) * layout_.bits + 31) / 32 * 4;
    if (row_size * static_cast<size_t>(layout_.height) > bytes_.size() - layout_.pixels) return false;
    for (int64_t line = 0; line < layout_.height; ++line) {
      ReadRow(layout_.pixels + row_size * static_cast<size_t>(line), line);
    }
    return true;
  }

  void ReadRow(size_t offset, int64_t line) {
    const size_t pixels_per_byte = layout_.bits < 8 ? 8 / layout_.bits : 1;
    for (int64_t x = 0; x < layout_.width; ++x) {
      uint8_t* to = Pixel(x, line);
      const size_t index = static_cast<size_t>(x);
      if (layout_.bits <= 8) {
        const size_t shift = 8 - layout_.bits * (index % pixels_per_byte + 1);
        PaintFromPalette(ByteAt(offset + index / pixels_per_byte) >> shift & ((1u << layout_.bits) - 1), to);
      } else if (layout_.bits == 24) {
        to[0] = ByteAt(offset + 3 * index + 2), to[1] = ByteAt(offset + 3 * index + 1),
        to[2] = ByteAt(offset + 3 * index);
      } else {
        const size_t size = layout_.bits / 8;
        PaintFromMasks(ReadLittleEndian(bytes_, offset + size * index, size), to);
      }
    }
  }

  void FillWithColorZero() {
    for (size_t i = 0; i < image_.pixels.size(); i += 3) PaintFromPalette(0, &image_.pixels[i]);
  }

  // Pairs of a count and a value. A count of 0 makes the value a command: 0 ends a row, 1 the picture, 2 moves on by
  // two more bytes, and from 3 on so many pixels follow one by one, padded to two bytes. What runs out of a row or of
  // the picture is dropped. The picture may end without saying so where all its rows are there.
  bool ReadRuns() {
    constexpr uint8_t kEndOfRow = 0, kEndOfPicture = 1, kMove = 2;
    size_t offset = layout_.pixels;
    while (line_ < layout_.height) {
      if (offset + 2 > bytes_.size()) return false;
      const uint8_t count = ByteAt(offset), value = ByteAt(offset + 1);
      offset += 2;
      if (count > 0) {
        for (size_t i = 0; i < count; ++i) PaintRunPixel(value, i);
      } else if (value == kEndOfRow) {
        x_ = 0, ++line_;
      } else if (value == kEndOfPicture) {
        return true;
      } else if (value == kMove) {
        if (offset + 2 > bytes_.size()) return false;
        x_ += ByteAt(offset), line_ += ByteAt(offset + 1);
        offset += 2;
      } else {
        const size_t size = layout_.bits == 8 ? value : (value + 1u) / 2;
        if (offset + size > bytes_.size()) return false;
        for (size_t i = 0; i < value; ++i) PaintRunPixel(ByteAt(offset + (layout_.bits == 8 ? i : i / 2)), i);
        offset += size + size % 2;
      }
    }
    return true;
  }

  // The next pixel of a run, the i-th of it; with 4 bits a byte holds two, the first above.
  void PaintRunPixel(uint8_t byte, size_t i) {
    const size_t number = layout_.bits == 8 ? byte : (i % 2 == 0 ? byte >> 4 : byte & 15);
    if (x_ < layout_.width) PaintFromPalette(number, Pixel(x_, line_));
    ++x_;
  }

  const absl::string_view bytes_;
  const BmpLayout layout_;
  Image image_;
  int64_t x_ = 0, line_ = 0;  // where the next pixel of a run goes
};

}  // namespace

absl::StatusOr<Image> DecodeBmp(const EncodedPicture& picture) {
  const absl::StatusOr<BmpLayout> layout = ReadBmpLayout(picture.bytes);
  if (!layout.ok()) return layout.status();
  const absl::Status status = CheckMemory(3 * layout->width * layout->height, picture.max_memory);
  if (!status.ok()) return status;
  return WithoutExceptions([&] { return BmpDecoder(picture.bytes, *layout).Decode(); });
}

}  // namespace lookalike
