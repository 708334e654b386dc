// SPDX-License-Identifier: Apache-2.0
#include "libs/image/webp_codes.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <vector>

#include "libs/image/byte_order.h"
#include "libs/image/codecs.h"
#include "libs/image/webp_file.h"

namespace lookalike {
namespace {

// libwebp's tables for the five codes of a group, with a color cache of the largest size, and what goes with them.
constexpr int64_t kBytesPerGroup = 21'000;
// Up to so many groups libwebp makes all up to the highest number; beyond, only those that are used.
constexpr int64_t kGroupsMadeUnused = 1000;
constexpr int kMaxCodeLength = 15;
constexpr int kMaxCacheBits = 11;
constexpr uint32_t kLiterals = 256, kLengthCodes = 24;
constexpr uint32_t kDistances = 40;
constexpr size_t kVp8lHeader = 5;  // signature 1; width and height 14 bits each, alpha 1, version 3

// The bits of a stream, the lowest of each byte first; zeros beyond its end.
class BitReader {
 public:
  explicit BitReader(absl::string_view bytes) : bytes_(bytes) {}

  uint32_t Read(int count) {
    uint32_t value = 0;
    for (int i = 0; i < count; ++i, ++position_) {
      const size_t byte = position_ / 8;
      if (byte < bytes_.size()) value |= (static_cast<uint8_t>(bytes_[byte]) >> position_ % 8 & 1u) << i;
    }
    return value;
  }

  bool ended() const { return position_ > 8 * bytes_.size(); }

 private:
  const absl::string_view bytes_;
  size_t position_ = 0;  // in bits
};

// A canonical prefix code: the shorter words first, and those of one length in the order of their symbols.
class PrefixCode {
 public:
  // From the length of each symbol's word; 0: the symbol has none. A code of one symbol takes no bits.
  explicit PrefixCode(const std::vector<uint8_t>& lengths) {
    for (const uint8_t length : lengths) ++count_[length];
    count_[0] = 0;
    for (uint8_t length = 1; length <= kMaxCodeLength; ++length) {
      for (uint32_t symbol = 0; symbol < lengths.size(); ++symbol) {
        if (lengths[symbol] == length) symbols_.push_back(symbol);
      }
    }
  }

  // A symbol that the code has not, where the bits are no word of it.
  uint32_t Read(BitReader& bits) const {
    if (symbols_.size() == 1) return symbols_[0];
    uint32_t word = 0, first = 0, index = 0;  // first: the least word of this length
    for (int length = 1; length <= kMaxCodeLength; ++length) {
      word |= bits.Read(1);
      if (word - first < count_[length]) return symbols_[index + word - first];
      index += count_[length];
      first = (first + count_[length]) << 1;
      word <<= 1;
    }
    return kNone;
  }

  static constexpr uint32_t kNone = 1 << 20;

 private:
  std::array<uint32_t, kMaxCodeLength + 1> count_ = {};
  std::vector<uint32_t> symbols_;
};

// Reads the stream of a lossless picture up to the groups of its prefix codes.
class GroupCounter {
 public:
  GroupCounter(absl::string_view stream, int64_t width, int64_t height)
      : bits_(stream), width_(width), height_(height) {}

  // The groups that libwebp will make; -1 where the stream is damaged.
  int64_t Count() {
    if (!SkipTransforms() || !ReadCacheBits()) return -1;
    if (bits_.Read(1) == 0) return bits_.ended() ? -1 : 1;
    const int block_bits = static_cast<int>(bits_.Read(3)) + 2;
    if (!ReadImage(Blocks(width_, block_bits), Blocks(height_, block_bits))) return -1;
    const auto used = static_cast<int64_t>(groups_.count());
    return std::max(used + 1, std::min(highest_group_ + 1, kGroupsMadeUnused));
  }

 private:
  static int64_t Blocks(int64_t side, int bits) { return (side + (int64_t{1} << bits) - 1) >> bits; }

  // Each transform that has parameters keeps them as a small picture.
  bool SkipTransforms() {
    constexpr uint32_t kPredictor = 0, kColor = 1, kPalette = 3;
    uint32_t seen = 0;
    while (bits_.Read(1) == 1) {
      const uint32_t type = bits_.Read(2);
      if ((seen >> type & 1) != 0) return false;
      seen |= 1u << type;
      if (type == kPredictor || type == kColor) {
        const int block_bits = static_cast<int>(bits_.Read(3)) + 2;
        if (!ReadImage(Blocks(width_, block_bits), Blocks(height_, block_bits))) return false;
      } else if (type == kPalette) {
        const int64_t colors = bits_.Read(8) + 1;
        if (!ReadImage(colors, 1)) return false;
        // Several numbers of a small palette share a pixel from here on.
        width_ = Blocks(width_, colors <= 2 ? 3 : colors <= 4 ? 2 : colors <= 16 ? 1 : 0);
      }
    }
    return !bits_.ended();
  }

  // Sets the number of colors in the cache.
  bool ReadCacheBits() {
    cache_size_ = 0;
    if (bits_.Read(1) == 0) return true;
    const int bits = static_cast<int>(bits_.Read(4));
    cache_size_ = 1u << bits;
    return bits >= 1 && bits <= kMaxCacheBits;
  }

  // A picture within the stream. Of its pixels only those that are written out are of interest, as none that is copied
  // or taken from the cache is new: their red and green are the numbers of groups.
  bool ReadImage(int64_t width, int64_t height) {
    if (!ReadCacheBits()) return false;
    std::vector<PrefixCode> codes;  // green and what is not a literal; red; blue; alpha; distance
    for (const uint32_t size : {kLiterals + kLengthCodes + cache_size_, kLiterals, kLiterals, kLiterals, kDistances}) {
      if (!ReadCode(size, codes)) return false;
    }
    groups_.reset();
    highest_group_ = 0;
    int64_t missing = width * height;
    while (missing > 0 && !bits_.ended()) {
      const uint32_t green = codes[0].Read(bits_);
      if (green == PrefixCode::kNone) return false;
      if (green < kLiterals) {
        const uint32_t red = codes[1].Read(bits_);
        codes[2].Read(bits_), codes[3].Read(bits_);
        if (red == PrefixCode::kNone) return false;
        groups_.set(red << 8 | green);
        highest_group_ = std::max<int64_t>(highest_group_, red << 8 | green);
        --missing;
      } else if (green < kLiterals + kLengthCodes) {
        missing -= ReadAmount(green - kLiterals);
        const uint32_t distance = codes[4].Read(bits_);
        if (distance == PrefixCode::kNone) return false;
        ReadAmount(distance);
      } else {
        --missing;
      }
    }
    return !bits_.ended();
  }

  // A length or a distance: the symbol gives its first bits, and how many follow.
  int64_t ReadAmount(uint32_t symbol) {
    if (symbol < 4) return symbol + 1;
    const int extra = static_cast<int>(symbol - 2) >> 1;
    return (int64_t{2 + (symbol & 1)} << extra) + bits_.Read(extra) + 1;
  }

  bool ReadCode(uint32_t size, std::vector<PrefixCode>& codes) {
    std::vector<uint8_t> lengths(size);
    if (bits_.Read(1) == 1) {
      const bool two = bits_.Read(1) == 1;
      const uint32_t first = bits_.Read(bits_.Read(1) == 1 ? 8 : 1);
      const uint32_t second = two ? bits_.Read(8) : first;
      if (first >= size || second >= size) return false;
      lengths[first] = lengths[second] = 1;
    } else if (!ReadLengths(lengths)) {
      return false;
    }
    codes.emplace_back(lengths);
    return !bits_.ended();
  }

  // The lengths of a code's words are themselves coded.
  bool ReadLengths(std::vector<uint8_t>& lengths) {
    static constexpr uint8_t kOrder[] = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    std::vector<uint8_t> length_lengths(std::size(kOrder));
    const uint32_t count = 4 + bits_.Read(4);
    for (uint32_t i = 0; i < count; ++i) length_lengths[kOrder[i]] = static_cast<uint8_t>(bits_.Read(3));
    const PrefixCode code(length_lengths);
    size_t most = lengths.size();
    if (bits_.Read(1) == 1) {
      const int number_bits = 2 + 2 * static_cast<int>(bits_.Read(3));
      most = 2 + bits_.Read(number_bits);
    }
    constexpr uint32_t kRepeat = 16, kShortZeros = 17, kLongZeros = 18;
    uint8_t before = 8;
    for (size_t symbol = 0; symbol < lengths.size() && most > 0; --most) {
      const uint32_t length = code.Read(bits_);
      if (length > kLongZeros || bits_.ended()) return false;
      if (length < kRepeat) {
        lengths[symbol++] = static_cast<uint8_t>(length);
        if (length != 0) before = static_cast<uint8_t>(length);
        continue;
      }
      const uint32_t times = length == kRepeat       ? 3 + bits_.Read(2)
                             : length == kShortZeros ? 3 + bits_.Read(3)
                                                     : 11 + bits_.Read(7);
      if (symbol + times > lengths.size()) return false;
      std::fill_n(lengths.begin() + static_cast<ptrdiff_t>(symbol), times, length == kRepeat ? before : uint8_t{0});
      symbol += times;
    }
    return true;
  }

  BitReader bits_;
  int64_t width_, height_;
  uint32_t cache_size_ = 0;
  std::bitset<1 << 16> groups_;  // of the picture read last: those named
  int64_t highest_group_ = 0;
};

}  // namespace

absl::StatusOr<int64_t> WebpCodeBytes(absl::string_view file, int64_t width, int64_t height) {
  absl::string_view stream;
  if (const absl::string_view lossless = FindWebpChunk(file, "VP8L"); !lossless.empty()) {
    stream = lossless.substr(std::min(kVp8lHeader, lossless.size()));
  } else if (const absl::string_view alpha = FindWebpChunk(file, "ALPH"); !alpha.empty() && (alpha[0] & 3) == 1) {
    stream = alpha.substr(1);
  } else {
    return 0;
  }
  const int64_t groups = GroupCounter(stream, width, height).Count();
  if (groups < 0) return DamagedData("a lossless WebP whose prefix codes make no sense");
  return groups * kBytesPerGroup;
}

}  // namespace lookalike
