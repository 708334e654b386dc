// SPDX-License-Identifier: Apache-2.0
#include "libs/image/exif.h"

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

#include "libs/image/byte_order.h"

namespace lookalike {
namespace {

constexpr uint32_t kOrientationTag = 0x0112;
constexpr uint32_t kShortType = 3;
constexpr size_t kEntrySize = 12;  // tag 2, type 2, count 4, value 4

}  // namespace

Orientation ReadExifOrientation(absl::string_view exif) {
  absl::ConsumePrefix(&exif, absl::string_view("Exif\0\0", 6));
  if (exif.size() < 8) return Orientation::kUpright;
  const bool big_endian = absl::StartsWith(exif, "MM");
  if (!big_endian && !absl::StartsWith(exif, "II")) return Orientation::kUpright;
  const auto read = [&](size_t offset, size_t count) {
    return big_endian ? ReadBigEndian(exif, offset, count) : ReadLittleEndian(exif, offset, count);
  };
  const size_t directory = read(4, 4);
  if (directory > exif.size() - 2) return Orientation::kUpright;
  const size_t entries = read(directory, 2);
  for (size_t i = 0; i < entries; ++i) {
    const size_t entry = directory + 2 + i * kEntrySize;
    if (entry + kEntrySize > exif.size()) break;
    if (read(entry, 2) != kOrientationTag || read(entry + 2, 2) != kShortType) continue;
    const uint32_t value = read(entry + 8, 2);
    if (value >= 1 && value <= 8) return static_cast<Orientation>(value);
  }
  return Orientation::kUpright;
}

}  // namespace lookalike
