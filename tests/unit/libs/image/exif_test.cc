// SPDX-License-Identifier: Apache-2.0
#include "libs/image/exif.h"

#include <string>

#include <gtest/gtest.h>

namespace lookalike {
namespace {

using std::string_literals::operator""s;

// Two entries, the second of which is the orientation.
const std::string kBigEndian =
    "MM\0*\0\0\0\x08\0\x02\x01\x00\0\x03\0\0\0\x01\0\x09\0\0\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"s;
const std::string kLittleEndian =
    "II*\0\x08\0\0\0\x02\0\x00\x01\x03\0\x01\0\0\0\x09\0\0\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0"s;

TEST(ExifTest, ReadsBothByteOrders) {
  EXPECT_EQ(ReadExifOrientation(kBigEndian), Orientation::kTurnedLeft);
  EXPECT_EQ(ReadExifOrientation(kLittleEndian), Orientation::kTurnedRight);
}

TEST(ExifTest, PassesOverTheMarkThatJpegPutsBefore) {
  EXPECT_EQ(ReadExifOrientation("Exif\0\0"s + kBigEndian), Orientation::kTurnedLeft);
}

TEST(ExifTest, TruncatedDataIsUpright) {
  for (size_t size = 0; size < kBigEndian.size(); ++size) {
    EXPECT_EQ(ReadExifOrientation(kBigEndian.substr(0, size)), Orientation::kUpright) << size << " bytes";
  }
}

TEST(ExifTest, AnOffsetOrValueOutOfRangeIsUpright) {
  std::string far_directory = kBigEndian;
  far_directory[4] = '\xFF';
  EXPECT_EQ(ReadExifOrientation(far_directory), Orientation::kUpright);
  std::string unknown_value = kBigEndian;
  unknown_value[31] = 9;
  EXPECT_EQ(ReadExifOrientation(unknown_value), Orientation::kUpright);
}

}  // namespace
}  // namespace lookalike
