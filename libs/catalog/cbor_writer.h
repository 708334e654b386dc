// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace lookalike {

// Appends CBOR (RFC 8949) to a string, every head in its shortest form. Item by item, without building the document in
// memory first: that took as long as all the rest of storing an item.
class CborWriter {
 public:
  // `bytes` must outlive the writer.
  explicit CborWriter(std::string& bytes) : bytes_(bytes) {}

  void Unsigned(uint64_t value) { Head(0, value); }
  void Text(absl::string_view text);
  // The next `size` items are the elements.
  void Array(uint64_t size) { Head(4, size); }
  // The next `size` pairs of items are keys and their values.
  void Map(uint64_t size) { Head(5, size); }
  void Bool(bool value) { bytes_.push_back(static_cast<char>(value ? 0xf5 : 0xf4)); }
  // In 4 bytes where that loses nothing, else in 8.
  void Double(double value);

 private:
  // The type and the number that every item begins with.
  void Head(uint8_t major_type, uint64_t value);
  // The lowest `count` bytes of `value`, the highest first.
  void BigEndian(uint64_t value, int count);

  std::string& bytes_;
};

}  // namespace lookalike
