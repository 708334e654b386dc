// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/file/checksum.h"

// A stream of checked blocks, which snapshots and backups are made of. Each block has a type, which its reader gives a
// meaning, a payload of any length, and checksums that cover its place in the stream as well; the last block counts the
// others. So a flipped bit, a torn end and a block that is missing, repeated or at another's place are all found.
// The bytes are specified in docs/storage.md.
namespace lookalike {

// Takes the next bytes of a stream, all of them or none.
using ByteSink = std::function<absl::Status(absl::string_view)>;

// Fills the memory with the next bytes of a stream and returns how many it put there: fewer than asked for where it
// likes, 0 only at the end of the stream.
using ByteSource = std::function<absl::StatusOr<size_t>(std::span<char>)>;

// Block types are 1 or more.
struct BlockHeader {
  uint32_t type = 0;
  uint64_t length = 0;  // bytes of the payload
};

// Writes a stream. One thread at a time. After an error of the sink every method returns it.
class BlockWriter {
 public:
  explicit BlockWriter(ByteSink sink);

  // One block, whose payload is `parts` in their order. A part goes to the sink as it is, without being copied.
  // InvalidArgument for type 0.
  absl::Status Write(uint32_t type, std::span<const absl::string_view> parts);
  absl::Status Write(uint32_t type, absl::string_view payload);

  // Writes the end block. A stream without it was cut off. Call once, last.
  absl::Status Finish();

 private:
  absl::Status WriteBlock(uint32_t type, std::span<const absl::string_view> parts);

  const ByteSink sink_;
  Checksum checksum_;
  uint64_t blocks_ = 0;  // written so far
  absl::Status status_;  // the first error
};

// Reads a stream, and gives out nothing but what was written: DataLoss, naming the stream and the block, for damage of
// any kind. Payloads are read straight into the caller's memory. One thread at a time. After an error every method
// returns it.
class BlockReader {
 public:
  // Of a file. NotFound if there is none at `path`.
  static absl::StatusOr<std::unique_ptr<BlockReader>> Open(const std::string& path);
  // Of any stream, for instance a pipe; `name` stands for it in messages.
  static std::unique_ptr<BlockReader> FromSource(ByteSource source, std::string name);

  // The next block, or nullopt after a proper end. A block says its length truly before it is read: damage of the
  // header is DataLoss here, and so is a length beyond the end of the file. What the caller has left of the block
  // before is read and checked first.
  absl::StatusOr<std::optional<BlockHeader>> Next();

  // Fills `payload` with the next bytes of the block's payload; the payload may be read in several pieces. The piece
  // that ends it checks the checksum: nothing of a block may be trusted before. InvalidArgument where the block has
  // not as many bytes left.
  absl::Status Read(std::span<char> payload);

  // What is left of the payload. DataLoss where that is more than `at_most` bytes.
  absl::StatusOr<std::string> ReadAll(size_t at_most);

 private:
  BlockReader(ByteSource source, std::string name, std::optional<uint64_t> size);

  absl::StatusOr<std::optional<BlockHeader>> NextBlock();
  absl::Status ReadPayload(std::span<char> payload);
  absl::Status ReadHeader();
  absl::Status SkipPayload();
  absl::Status CheckPayload();
  absl::Status CheckEnd();
  absl::Status Fill(std::span<char> bytes);
  absl::Status Damaged(absl::string_view how) const;

  const ByteSource source_;
  const std::string name_;
  std::optional<uint64_t> unread_bytes_;  // of the whole stream, where its size is known
  Checksum checksum_;
  uint64_t blocks_ = 0;  // begun so far
  BlockHeader block_;    // the current one
  uint64_t left_ = 0;    // unread bytes of its payload
  bool checked_ = true;  // its checksum has been read and is right
  bool ended_ = false;   // a proper end was found
  absl::Status status_;  // the first error
};

}  // namespace lookalike
