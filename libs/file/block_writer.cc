// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "libs/file/block_format.h"
#include "libs/file/blocks.h"

namespace lookalike {

using block_format::BytesOf;

BlockWriter::BlockWriter(ByteSink sink) : sink_(std::move(sink)) {}

absl::Status BlockWriter::Write(uint32_t type, std::span<const absl::string_view> parts) {
  if (type == block_format::kEndType) return absl::InvalidArgumentError("block type 0 is the end of a stream");
  if (status_.ok()) status_ = WriteBlock(type, parts);
  return status_;
}

absl::Status BlockWriter::Write(uint32_t type, absl::string_view payload) { return Write(type, {&payload, 1}); }

absl::Status BlockWriter::Finish() {
  const uint64_t blocks = blocks_;
  const absl::string_view payload = BytesOf(blocks);
  if (status_.ok()) status_ = WriteBlock(block_format::kEndType, {&payload, 1});
  return status_;
}

absl::Status BlockWriter::WriteBlock(uint32_t type, std::span<const absl::string_view> parts) {
  block_format::Header header = {.type = type, .check = 0, .length = 0};
  for (const absl::string_view part : parts) header.length += part.size();
  header.check = block_format::BeginChecksum(checksum_, {blocks_, type, header.length});
  if (absl::Status status = sink_(BytesOf(header)); !status.ok()) return status;
  for (const absl::string_view part : parts) {
    checksum_.Add(part);
    if (absl::Status status = sink_(part); !status.ok()) return status;
  }
  ++blocks_;
  const uint64_t checksum = checksum_.Value();
  return sink_(BytesOf(checksum));
}

}  // namespace lookalike
