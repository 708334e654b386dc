// SPDX-License-Identifier: Apache-2.0
#include "libs/image/gif_file.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/image/byte_order.h"

namespace lookalike {
namespace {

constexpr size_t kScreenEnd = 13;        // signature 6; width 2, height 2, flags 1, background 1, aspect 1
constexpr size_t kFrameDescriptor = 10;  // separator 1; left, top, width, height 2 each; flags 1
constexpr uint8_t kFrame = 0x2C, kExtension = 0x21;

absl::Status Truncated(absl::string_view bytes) {
  return absl::InvalidArgumentError(
      absl::StrCat("image: truncated GIF, it ends after ", bytes.size(), " bytes, within its first frame or before"));
}

// The bytes of the table of colours that follows a descriptor with these flags; 0 where there is none.
size_t ColorTableSize(uint8_t flags) { return flags & 0x80 ? size_t{3} << ((flags & 7) + 1) : 0; }

uint8_t ByteAt(absl::string_view bytes, size_t offset) { return static_cast<uint8_t>(bytes[offset]); }

// The offset behind sub-blocks, each of which begins with its length, and the last of which is empty; npos where the
// bytes end before.
size_t SkipSubBlocks(absl::string_view bytes, size_t offset) {
  while (offset < bytes.size()) {
    const uint8_t length = ByteAt(bytes, offset);
    if (length == 0) return offset + 1;
    offset += size_t{1} + length;
  }
  return absl::string_view::npos;
}

// Where the descriptor of the first frame begins, whole.
absl::StatusOr<size_t> FindFirstFrame(absl::string_view bytes) {
  if (bytes.size() < kScreenEnd) return Truncated(bytes);
  size_t offset = kScreenEnd + ColorTableSize(ByteAt(bytes, 10));
  while (offset < bytes.size() && ByteAt(bytes, offset) == kExtension) offset = SkipSubBlocks(bytes, offset + 2);
  if (offset >= bytes.size()) return Truncated(bytes);
  if (ByteAt(bytes, offset) != kFrame) {
    return absl::InvalidArgumentError(
        absl::StrCat("image: damaged GIF, a block of type ", ByteAt(bytes, offset), " before its first frame"));
  }
  if (bytes.size() - offset < kFrameDescriptor) return Truncated(bytes);
  return offset;
}

}  // namespace

bool IsGif(absl::string_view bytes) { return absl::StartsWith(bytes, "GIF87a") || absl::StartsWith(bytes, "GIF89a"); }

absl::StatusOr<ImageHeader> ReadGifHeader(absl::string_view bytes) {
  const absl::StatusOr<size_t> frame = FindFirstFrame(bytes);
  if (!frame.ok()) return frame.status();
  const auto number = [&](size_t offset) { return ReadLittleEndian(bytes, offset, 2); };
  const uint32_t frame_width = number(*frame + 5), frame_height = number(*frame + 7);
  if (frame_width == 0 || frame_height == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("image: its first frame has ", frame_width, " × ", frame_height, " pixels"));
  }
  return ImageHeader{.format = ImageFormat::kGif,
                     .width = std::max(number(6), number(*frame + 1) + frame_width),
                     .height = std::max(number(8), number(*frame + 3) + frame_height)};
}

absl::StatusOr<Orientation> ReadGifToEnd(absl::string_view bytes) {
  const absl::StatusOr<size_t> frame = FindFirstFrame(bytes);
  if (!frame.ok()) return frame.status();
  const size_t code_size = *frame + kFrameDescriptor + ColorTableSize(ByteAt(bytes, *frame + 9));
  if (SkipSubBlocks(bytes, code_size + 1) == absl::string_view::npos) return Truncated(bytes);
  return Orientation::kUpright;
}

}  // namespace lookalike
