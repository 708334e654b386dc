// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

#include "libs/file/block_format.h"
#include "libs/file/blocks.h"

namespace lookalike {
namespace {

// Read and then summed while it is still in the processor's cache.
constexpr size_t kPieceBytes = 256 << 10;

// An open file, closed with the last copy of the source that reads it.
class OpenFile {
 public:
  OpenFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~OpenFile() { close(descriptor_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  absl::StatusOr<size_t> Read(std::span<char> bytes) const {
    for (;;) {
      const ssize_t count = read(descriptor_, bytes.data(), bytes.size());
      if (count >= 0) return static_cast<size_t>(count);
      if (errno != EINTR) return absl::ErrnoToStatus(errno, absl::StrCat("read ", path_));
    }
  }

 private:
  const int descriptor_;
  const std::string path_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<BlockReader>> BlockReader::Open(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("open ", path));
  auto opened = std::make_shared<const OpenFile>(file, path);
  struct stat found;
  if (fstat(file, &found) != 0) return absl::ErrnoToStatus(errno, absl::StrCat("stat ", path));
  std::optional<uint64_t> size;
  if (S_ISREG(found.st_mode)) size = static_cast<uint64_t>(found.st_size);
  posix_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL);  // a hint: read ahead twice as far
  ByteSource source = [opened = std::move(opened)](std::span<char> bytes) { return opened->Read(bytes); };
  return std::unique_ptr<BlockReader>(new BlockReader(std::move(source), path, size));
}

std::unique_ptr<BlockReader> BlockReader::FromSource(ByteSource source, std::string name) {
  return std::unique_ptr<BlockReader>(new BlockReader(std::move(source), std::move(name), std::nullopt));
}

BlockReader::BlockReader(ByteSource source, std::string name, std::optional<uint64_t> size)
    : source_(std::move(source)), name_(std::move(name)), unread_bytes_(size) {}

absl::StatusOr<std::optional<BlockHeader>> BlockReader::Next() {
  if (!status_.ok()) return status_;
  absl::StatusOr<std::optional<BlockHeader>> next = NextBlock();
  status_ = next.status();
  return next;
}

absl::Status BlockReader::Read(std::span<char> payload) {
  if (!status_.ok()) return status_;
  if (payload.size() > left_) {
    return absl::InvalidArgumentError(
        absl::StrCat(name_, ": ", payload.size(), " bytes asked for where the block has ", left_, " left"));
  }
  status_ = ReadPayload(payload);
  return status_;
}

absl::StatusOr<std::string> BlockReader::ReadAll(size_t at_most) {
  if (!status_.ok()) return status_;
  if (left_ > at_most)
    return status_ = Damaged(absl::StrCat("has ", left_, " bytes where at most ", at_most, " belong"));
  std::string payload(left_, '\0');
  if (absl::Status status = Read(payload); !status.ok()) return status;
  return payload;
}

absl::StatusOr<std::optional<BlockHeader>> BlockReader::NextBlock() {
  if (ended_) return std::nullopt;
  if (absl::Status status = SkipPayload(); !status.ok()) return status;
  if (absl::Status status = ReadHeader(); !status.ok()) return status;
  if (block_.type != block_format::kEndType) return block_;
  if (absl::Status status = CheckEnd(); !status.ok()) return status;
  ended_ = true;
  return std::nullopt;
}

absl::Status BlockReader::ReadHeader() {
  block_format::Header header = {};
  const uint64_t position = blocks_++;
  if (absl::Status status = Fill({reinterpret_cast<char*>(&header), sizeof(header)}); !status.ok()) return status;
  if (header.check != block_format::BeginChecksum(checksum_, {position, header.type, header.length})) {
    return Damaged("has a header that is damaged");
  }
  if (unread_bytes_ && header.length > *unread_bytes_) {
    return Damaged(absl::StrCat("is to have ", header.length, " bytes; the file ends after ", *unread_bytes_));
  }
  block_ = {header.type, header.length};
  left_ = header.length;
  checked_ = false;
  return absl::OkStatus();
}

absl::Status BlockReader::ReadPayload(std::span<char> payload) {
  while (!payload.empty()) {
    const std::span<char> piece = payload.first(std::min(payload.size(), kPieceBytes));
    if (absl::Status status = Fill(piece); !status.ok()) return status;
    checksum_.Add({piece.data(), piece.size()});
    left_ -= piece.size();
    payload = payload.subspan(piece.size());
  }
  return left_ == 0 && !checked_ ? CheckPayload() : absl::OkStatus();
}

absl::Status BlockReader::SkipPayload() {
  if (checked_) return absl::OkStatus();
  std::vector<char> unwanted(std::min<uint64_t>(left_, kPieceBytes));
  do {
    const size_t count = std::min<uint64_t>(left_, unwanted.size());
    if (absl::Status status = ReadPayload({unwanted.data(), count}); !status.ok()) return status;
  } while (!checked_);
  return absl::OkStatus();
}

absl::Status BlockReader::CheckPayload() {
  uint64_t checksum = 0;
  if (absl::Status status = Fill({reinterpret_cast<char*>(&checksum), sizeof(checksum)}); !status.ok()) return status;
  if (checksum != checksum_.Value()) return Damaged("does not have the checksum that was written");
  checked_ = true;
  return absl::OkStatus();
}

// The end block counts those before it, and nothing comes after it.
absl::Status BlockReader::CheckEnd() {
  uint64_t count = 0;
  if (left_ != sizeof(count)) return Damaged("is an end of the wrong length");
  if (absl::Status status = ReadPayload({reinterpret_cast<char*>(&count), sizeof(count)}); !status.ok()) return status;
  if (count + 1 != blocks_) return Damaged(absl::StrCat("is an end that counts ", count, " blocks before it"));
  char beyond = 0;
  const absl::StatusOr<size_t> more = source_({&beyond, 1});
  if (!more.ok()) return more.status();
  return *more == 0 ? absl::OkStatus() : Damaged("is the end, and more bytes follow");
}

absl::Status BlockReader::Fill(std::span<char> bytes) {
  while (!bytes.empty()) {
    const absl::StatusOr<size_t> count = source_(bytes);
    if (!count.ok()) return count.status();
    if (*count == 0) return Damaged("is cut off");
    bytes = bytes.subspan(*count);
    if (unread_bytes_) *unread_bytes_ -= std::min<uint64_t>(*unread_bytes_, *count);
  }
  return absl::OkStatus();
}

absl::Status BlockReader::Damaged(absl::string_view how) const {
  return absl::DataLossError(absl::StrCat(name_, ": block ", blocks_ == 0 ? 0 : blocks_ - 1, " ", how));
}

}  // namespace lookalike
