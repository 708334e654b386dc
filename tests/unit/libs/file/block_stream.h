// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "libs/file/blocks.h"

namespace lookalike {

// A block as a test writes it and finds it again.
using Block = std::pair<uint32_t, std::string>;

// The bytes of a stream of these blocks.
inline std::string StreamOf(const std::vector<Block>& blocks) {
  std::string stream;
  BlockWriter writer([&stream](absl::string_view bytes) {
    stream.append(bytes.data(), bytes.size());
    return absl::OkStatus();
  });
  for (const auto& [type, payload] : blocks) EXPECT_EQ(writer.Write(type, payload), absl::OkStatus());
  EXPECT_EQ(writer.Finish(), absl::OkStatus());
  return stream;
}

// Gives the stream out as a pipe would, at most `piece` bytes at a time.
inline std::unique_ptr<BlockReader> ReaderOf(std::string stream, size_t piece = 1 << 20) {
  size_t given = 0;
  return BlockReader::FromSource(
      [stream = std::move(stream), given, piece](std::span<char> bytes) mutable -> absl::StatusOr<size_t> {
        const size_t count = std::min({bytes.size(), stream.size() - given, piece});
        std::memcpy(bytes.data(), stream.data() + given, count);
        given += count;
        return count;
      },
      "the stream");
}

inline absl::StatusOr<std::vector<Block>> ReadAllBlocks(BlockReader& reader) {
  std::vector<Block> blocks;
  for (;;) {
    const absl::StatusOr<std::optional<BlockHeader>> header = reader.Next();
    if (!header.ok()) return header.status();
    if (!header->has_value()) return blocks;
    absl::StatusOr<std::string> payload = reader.ReadAll(1 << 20);
    if (!payload.ok()) return payload.status();
    blocks.emplace_back((*header)->type, *std::move(payload));
  }
}

}  // namespace lookalike
