// SPDX-License-Identifier: Apache-2.0
#include "libs/image/image_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/libs/image/golden.h"

namespace lookalike {
namespace {

using std::string_literals::operator""s;
using testing::HasSubstr;

const std::string kJpegStart = "\xFF\xD8"s;
const std::string kJpegEnd = "\xFF\xD9"s;
const std::string kScan = "\xFF\xDA\0\x02 data \xFF\0 data"s;

TEST(ImageHeaderTest, ReadsTheSizeOfEveryFormat) {
  for (const char* name : {"baseline.jpg", "progressive.jpg", "opaque.png", "lossy.webp", "lossless.webp", "alpha.webp",
                           "exif_turned_left.webp"}) {
    const auto header = ReadImageHeader(ReadGolden(name));
    ASSERT_TRUE(header.ok()) << name << ": " << header.status();
    EXPECT_EQ(header->width, 16) << name;
    EXPECT_EQ(header->height, 12) << name;
  }
}

TEST(ImageHeaderTest, NeedsNothingBeyondTheSize) {
  const auto png = ReadImageHeader(ReadGolden("opaque.png").substr(0, 24));
  ASSERT_TRUE(png.ok()) << png.status();
  EXPECT_EQ(png->width, 16);
  const auto webp = ReadImageHeader(ReadGolden("lossy.webp").substr(0, 30));
  ASSERT_TRUE(webp.ok()) << webp.status();
  EXPECT_EQ(webp->height, 12);
}

TEST(ImageHeaderTest, RefusesAHeaderThatEndsEarly) {
  for (const char* name : {"baseline.jpg", "opaque.png", "lossy.webp", "lossless.webp", "alpha.webp"}) {
    const std::string bytes = ReadGolden(name);
    for (size_t size = 0; size < 24; ++size) {
      EXPECT_EQ(ReadImageHeader(bytes.substr(0, size)).status().code(), absl::StatusCode::kInvalidArgument)
          << name << " of " << size << " bytes";
    }
  }
}

TEST(ImageHeaderTest, NamesTheFirstBytesOfWhatItDoesNotKnow) {
  EXPECT_THAT(std::string(ReadImageHeader("hello").status().message()), HasSubstr("68656c6c6f"));
}

TEST(ImageHeaderTest, RefusesASizeOfZero) {
  std::string png = ReadGolden("opaque.png");
  png[19] = 0;
  EXPECT_THAT(std::string(ReadImageHeader(png).status().message()), HasSubstr("0 × 12"));
}

TEST(ImageHeaderTest, RefusesAPngSizeBeyondTheFormat) {
  std::string png = ReadGolden("opaque.png");
  png[16] = '\x80';
  EXPECT_THAT(std::string(ReadImageHeader(png).status().message()), HasSubstr("damaged PNG"));
}

TEST(ImageHeaderTest, RefusesAJpegWithoutFrameHeader) {
  EXPECT_THAT(std::string(ReadImageHeader(kJpegStart + kScan + kJpegEnd).status().message()), HasSubstr("no frame"));
}

TEST(ImageHeaderTest, RefusesAJpegSegmentShorterThanItsLength) {
  EXPECT_THAT(std::string(ReadImageHeader(kJpegStart + "\xFF\xE0\0\x01"s).status().message()), HasSubstr("length 1"));
}

TEST(ReadToEndTest, FindsTheEndMarkBehindCompressedDataAndFillBytes) {
  EXPECT_TRUE(ReadToEnd(kJpegStart + kScan + "\xFF\xD0 data \xFF\xFF"s + kJpegEnd, ImageFormat::kJpeg).ok());
}

TEST(ReadToEndTest, IsNotDeceivedByTheEndMarkOfAThumbnail) {
  const std::string with_thumbnail = kJpegStart + "\xFF\xE1\0\x06"s + kJpegStart + kJpegEnd + kScan;
  EXPECT_THAT(std::string(ReadToEnd(with_thumbnail, ImageFormat::kJpeg).status().message()), HasSubstr("truncated"));
}

TEST(ReadToEndTest, AllowsBytesBehindTheEnd) {
  EXPECT_TRUE(ReadToEnd(ReadGolden("baseline.jpg") + "\0\0"s, ImageFormat::kJpeg).ok());
  EXPECT_TRUE(ReadToEnd(ReadGolden("opaque.png") + "more", ImageFormat::kPng).ok());
  EXPECT_TRUE(ReadToEnd(ReadGolden("lossy.webp") + "more", ImageFormat::kWebp).ok());
}

TEST(ReadToEndTest, RefusesAJpegOfVeryManyScans) {
  std::string bytes = kJpegStart;
  for (int i = 0; i < 1000; ++i) bytes += kScan;
  EXPECT_THAT(std::string(ReadToEnd(bytes + kJpegEnd, ImageFormat::kJpeg).status().message()), HasSubstr("scans"));
}

TEST(ReadToEndTest, FindsTheOrientation) {
  EXPECT_EQ(ReadToEnd(ReadGolden("opaque.png"), ImageFormat::kPng).value(), Orientation::kUpright);
  EXPECT_EQ(ReadToEnd(ReadGolden("exif_turned_left.png"), ImageFormat::kPng).value(), Orientation::kTurnedLeft);
  EXPECT_EQ(ReadToEnd(ReadGolden("exif_turned_left.webp"), ImageFormat::kWebp).value(), Orientation::kTurnedLeft);
}

}  // namespace
}  // namespace lookalike
