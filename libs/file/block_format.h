// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "absl/strings/string_view.h"

#include "libs/file/checksum.h"

// The bytes around a block's payload, for the reader and the writer of blocks alone; docs/storage.md specifies them.
namespace lookalike::block_format {

static_assert(std::endian::native == std::endian::little, "blocks are written as the processor holds them");

inline constexpr uint32_t kEndType = 0;  // its payload: the number of blocks before it, 8 bytes

// As it stands before the payload: 16 bytes, no padding.
struct Header {
  uint32_t type;
  uint32_t check;  // the lower half of the checksum of the place: without it a damaged length could not be told
  uint64_t length;
};
static_assert(sizeof(Header) == 16);

// What a block's checksum begins with.
struct Place {
  uint64_t position;  // blocks before it in the stream
  uint64_t type;
  uint64_t length;
};

template <class Struct>
absl::string_view BytesOf(const Struct& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

// Begins the checksum of a block, and returns what its header has to say of it.
inline uint32_t BeginChecksum(Checksum& checksum, const Place& place) {
  checksum.Reset();
  checksum.Add(BytesOf(place));
  return static_cast<uint32_t>(checksum.Value());
}

}  // namespace lookalike::block_format
