// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/libs/image/hostile_corpus.h"

namespace lookalike {
namespace {

// Bits of a lossless WebP, the lowest of each byte first.
class BitWriter {
 public:
  void Write(uint32_t value, int count) {
    for (int i = 0; i < count; ++i, ++position_) {
      if (position_ % 8 == 0) bytes_.push_back('\0');
      bytes_.back() |= static_cast<char>((value >> i & 1) << position_ % 8);
    }
  }
  // A word of a prefix code: its highest bit first.
  void WriteWord(uint32_t word, int count) {
    for (int i = count - 1; i >= 0; --i) Write(word >> i, 1);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  size_t position_ = 0;
};

// The code of 256 symbols, the words of which are the 8-bit numbers themselves.
void WriteCodeOfBytes(BitWriter& bits, bool has_more_symbols) {
  bits.Write(0, 1);       // not one of the simple codes
  bits.Write(12 - 4, 4);  // of twelve lengths' lengths, the last, which is that of length 8, is 1
  for (int i = 0; i < 11; ++i) bits.Write(0, 3);
  bits.Write(1, 3);
  bits.Write(has_more_symbols, 1);  // if so, it says that only 256 have a word
  if (has_more_symbols) bits.Write(3, 3), bits.Write(256 - 2, 8);
}

}  // namespace

std::string MakeWebpOfManyCodes(uint32_t side) {
  BitWriter bits;
  bits.Write(0x2F, 8);
  bits.Write(side - 1, 14), bits.Write(side - 1, 14);
  bits.Write(0, 4);                              // no alpha, version 0
  bits.Write(0, 1);                              // no transform
  bits.Write(0, 1);                              // no cache of colors
  bits.Write(1, 1);                              // groups of codes
  bits.Write(0, 3);                              // for every 4 × 4 pixels
  bits.Write(0, 1);                              // no cache of colors for the picture that assigns them
  WriteCodeOfBytes(bits, true);                  // green, with lengths
  WriteCodeOfBytes(bits, false);                 // red
  for (int i = 0; i < 3; ++i) bits.Write(1, 4);  // blue, alpha and distance: always 0
  for (uint32_t group = 0; group < side * side / 16; ++group) {
    bits.WriteWord(group & 255, 8);
    bits.WriteWord(group >> 8 & 255, 8);
  }
  const std::string data = bits.bytes() + std::string(1000 + bits.bytes().size() % 2, '\0');
  return "RIFF" + LittleEndian(static_cast<uint32_t>(12 + data.size()), 4) + "WEBPVP8L" +
         LittleEndian(static_cast<uint32_t>(data.size()), 4) + data;
}

}  // namespace lookalike
