// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace lookalike {

// The unsigned number in the `count` (1…4) bytes of `bytes` that begin at `offset`, most significant byte first.
// The caller has checked that they are there.
inline uint32_t ReadBigEndian(absl::string_view bytes, size_t offset, size_t count) {
  uint32_t value = 0;
  for (size_t i = 0; i < count; ++i) value = value << 8 | static_cast<uint8_t>(bytes[offset + i]);
  return value;
}

// The same, least significant byte first.
inline uint32_t ReadLittleEndian(absl::string_view bytes, size_t offset, size_t count) {
  uint32_t value = 0;
  for (size_t i = count; i > 0; --i) value = value << 8 | static_cast<uint8_t>(bytes[offset + i - 1]);
  return value;
}

}  // namespace lookalike
