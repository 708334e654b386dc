// SPDX-License-Identifier: Apache-2.0
#include "libs/image/jpeg_file.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/image/byte_order.h"

namespace lookalike {
namespace {

constexpr uint8_t kStartOfImage = 0xD8, kEndOfImage = 0xD9, kStartOfScan = 0xDA, kApp1 = 0xE1;

// A scan of a few bytes makes the decoder pass over every coefficient of the picture, so a small file of very many
// scans keeps a core busy for hours (40 scans of 100 million pixels: for seconds). Encoders write about ten.
constexpr int kMaxScans = 40;

bool IsStartOfFrame(uint8_t marker) {
  const bool other_table = marker == 0xC4 || marker == 0xC8 || marker == 0xCC;
  return marker >= 0xC0 && marker <= 0xCF && !other_table;
}

bool HasNoSegment(uint8_t marker) {
  return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7) || marker == kStartOfImage || marker == kEndOfImage;
}

struct Segment {
  uint8_t marker = 0;
  absl::string_view payload;  // without marker and length
};

// Hands out a file's segments one after another, passing over the compressed data between them.
class SegmentReader {
 public:
  explicit SegmentReader(absl::string_view bytes) : bytes_(bytes), offset_(2) {}

  // InvalidArgument where the bytes end before another segment does.
  absl::StatusOr<Segment> Next() {
    if (!FindMarker()) return Truncated();
    Segment segment{.marker = static_cast<uint8_t>(bytes_[offset_ + 1]), .payload = {}};
    offset_ += 2;
    if (HasNoSegment(segment.marker)) return segment;
    if (offset_ + 2 > bytes_.size()) return Truncated();
    const size_t length = ReadBigEndian(bytes_, offset_, 2);  // counts its own two bytes
    if (length < 2) return absl::InvalidArgumentError(absl::StrCat("image: damaged JPEG, segment of length ", length));
    if (offset_ + length > bytes_.size()) return Truncated();
    segment.payload = bytes_.substr(offset_ + 2, length - 2);
    offset_ += length;
    return segment;
  }

 private:
  // Moves to the next marker: 0xFF before a byte that is neither stuffing (0) nor fill (0xFF). Between segments it is
  // at once there; after a scan's header the compressed data lies in between.
  bool FindMarker() {
    while (true) {
      offset_ = bytes_.find('\xFF', offset_);
      if (offset_ == absl::string_view::npos || offset_ + 1 >= bytes_.size()) return false;
      const uint8_t next = static_cast<uint8_t>(bytes_[offset_ + 1]);
      if (next != 0 && next != 0xFF) return true;
      ++offset_;
    }
  }

  absl::Status Truncated() const {
    return absl::InvalidArgumentError(
        absl::StrCat("image: truncated JPEG, it ends after ", bytes_.size(), " bytes without an end mark"));
  }

  const absl::string_view bytes_;
  size_t offset_;
};

}  // namespace

bool IsJpeg(absl::string_view bytes) { return absl::StartsWith(bytes, "\xFF\xD8\xFF"); }

absl::StatusOr<ImageHeader> ReadJpegHeader(absl::string_view bytes) {
  SegmentReader reader(bytes);
  while (true) {
    const absl::StatusOr<Segment> segment = reader.Next();
    if (!segment.ok()) return segment.status();
    if (IsStartOfFrame(segment->marker) && segment->payload.size() >= 5) {
      return ImageHeader{.format = ImageFormat::kJpeg,
                         .width = ReadBigEndian(segment->payload, 3, 2),
                         .height = ReadBigEndian(segment->payload, 1, 2)};
    }
    if (segment->marker == kStartOfScan || segment->marker == kEndOfImage) {
      return absl::InvalidArgumentError("image: damaged JPEG, no frame header before its data");
    }
  }
}

absl::StatusOr<Orientation> ReadJpegToEnd(absl::string_view bytes) {
  Orientation orientation = Orientation::kUpright;
  int scans = 0;
  SegmentReader reader(bytes);
  while (true) {
    const absl::StatusOr<Segment> segment = reader.Next();
    if (!segment.ok()) return segment.status();
    if (segment->marker == kEndOfImage) return orientation;
    // App1 holds EXIF or XMP, told apart by their first bytes.
    if (segment->marker == kApp1 && absl::StartsWith(segment->payload, "Exif")) {
      orientation = ReadExifOrientation(segment->payload);
    }
    if (segment->marker == kStartOfScan && ++scans > kMaxScans) {
      return absl::InvalidArgumentError(absl::StrCat("image: a JPEG of more than ", kMaxScans, " scans"));
    }
  }
}

}  // namespace lookalike
