// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/cbor_writer.h"

#include <bit>
#include <cmath>
#include <limits>

namespace lookalike {

void CborWriter::Text(absl::string_view text) {
  Head(3, text.size());
  bytes_.append(text.data(), text.size());
}

void CborWriter::Double(double value) {
  const bool in_range = std::abs(value) <= std::numeric_limits<float>::max();
  if (const float narrow = in_range ? static_cast<float>(value) : 0; in_range && narrow == value) {
    bytes_.push_back(static_cast<char>(0xfa));
    BigEndian(std::bit_cast<uint32_t>(narrow), 4);
  } else {
    bytes_.push_back(static_cast<char>(0xfb));
    BigEndian(std::bit_cast<uint64_t>(value), 8);
  }
}

void CborWriter::Head(uint8_t major_type, uint64_t value) {
  // The lower five bits hold a value below 24, or say in how many bytes it follows: 1, 2, 4 or 8.
  const auto begin = [&](uint64_t bits) { bytes_.push_back(static_cast<char>(major_type << 5 | bits)); };
  if (value < 24) return begin(value);
  const int size_code = value <= 0xff ? 0 : value <= 0xffff ? 1 : value <= 0xffffffff ? 2 : 3;
  begin(24 + size_code);
  BigEndian(value, 1 << size_code);
}

void CborWriter::BigEndian(uint64_t value, int count) {
  for (int i = count - 1; i >= 0; --i) bytes_.push_back(static_cast<char>(value >> (8 * i)));
}

}  // namespace lookalike
