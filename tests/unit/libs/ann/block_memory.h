// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "libs/ann/hnsw_index.h"
#include "libs/file/blocks.h"

namespace lookalike {

// The bytes that `save` writes, as a stream with its proper end.
template <class Save>
std::string StreamOf(const Save& save) {
  std::string stream;
  BlockWriter writer([&stream](absl::string_view bytes) {
    stream.append(bytes.data(), bytes.size());
    return absl::OkStatus();
  });
  EXPECT_EQ(save(writer), absl::OkStatus());
  EXPECT_EQ(writer.Finish(), absl::OkStatus());
  return stream;
}

inline std::string SnapshotOf(const HnswIndex& index) {
  return StreamOf([&index](BlockWriter& writer) { return index.Save(writer); });
}

// The stream must outlive it.
inline std::unique_ptr<BlockReader> ReaderOf(absl::string_view stream) {
  return BlockReader::FromSource(
      [stream](std::span<char> bytes) mutable -> absl::StatusOr<size_t> {
        const size_t count = std::min(bytes.size(), stream.size());
        std::memcpy(bytes.data(), stream.data(), count);
        stream.remove_prefix(count);
        return count;
      },
      "the snapshot");
}

}  // namespace lookalike
