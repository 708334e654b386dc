// SPDX-License-Identifier: Apache-2.0
// What only TIFF has: strips, tiles, planes, and directories that point anywhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tiffio.h>

#include "libs/image/image_header.h"
#include "tests/fuzz/image_seeds.h"
#include "tests/unit/libs/image/decoding.h"

namespace lookalike {
namespace {

using std::string_literals::operator""s;
using testing::HasSubstr;

// The tiles are so large because libtiff, where it does not map files, refuses uncompressed ones of other than a
// multiple of 1024 bytes.
TEST(TiffTest, HoweverItIsStoredThePictureIsTheSame) {
  const Image image = FourColors(40);
  for (const int compression :
       {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_DEFLATE, COMPRESSION_PACKBITS}) {
    for (const int bits : {8, 16}) {
      EXPECT_EQ(Decode(MakeTiff(image, {.compression = compression, .bits = bits})).pixels, image.pixels);
      EXPECT_EQ(Decode(MakeTiff(image, {.compression = compression, .bits = bits, .tile = 32})).pixels, image.pixels);
      EXPECT_EQ(Decode(MakeTiff(image, {.compression = compression, .bits = bits, .separate = true})).pixels,
                image.pixels);
    }
  }
}

TEST(TiffTest, LaysAlphaOnWhite) {
  const Image image = Decode(MakeTiff(FourColors(40), {.alpha = true}));
  EXPECT_EQ(ColorAt(image, 0, 0), (Color{255, 0, 0}));
  EXPECT_EQ(ColorAt(image, 39, 0), (Color{255, 255, 255}));
}

TEST(TiffTest, HonoursEveryOrientation) {
  const Color red{255, 0, 0}, green{0, 255, 0}, blue{0, 0, 255}, grey{128, 128, 128};
  const std::array<Color, 8> top_left = {red, green, grey, blue, red, blue, grey, green};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Image image = Decode(MakeTiff(FourColors(40), {.orientation = orientation}));
    EXPECT_EQ(ColorAt(image, 0, 0), top_left[static_cast<size_t>(orientation - 1)]) << orientation;
  }
}

TEST(TiffTest, RefusesBigTiff) { EXPECT_THAT(RefusalOf("II+\0\x08\0\0\0"s), HasSubstr("BigTIFF")); }

TEST(TiffTest, RefusesADirectoryBeyondTheEnd) {
  EXPECT_THAT(RefusalOf("MM\0*\xFF\xFF\xFF\xFF"s), HasSubstr("beyond its end"));
  EXPECT_THAT(RefusalOf("MM\0*"s), HasSubstr("header"));
  EXPECT_THAT(RefusalOf("MM\0*\0\0\0\x08\xFF\xFF"s), HasSubstr("within its directory"));
}

TEST(TiffTest, RefusesADirectoryWithoutSize) {
  EXPECT_THAT(RefusalOf("MM\0*\0\0\0\x08\0\0\0\0\0\0"s), HasSubstr("0 × 0 pixels"));
}

// The number of the compression is the value of tag 259 (0x103), of type SHORT.
TEST(TiffTest, RefusesRareCompressions) {
  std::string tiff = MakeTiff(FourColors(16), {});
  const size_t entry = tiff.find("\x03\x01\x03\0\x01\0\0\0\x01\0"s);
  ASSERT_NE(entry, std::string::npos);
  tiff[entry + 8] = COMPRESSION_OJPEG;
  EXPECT_THAT(RefusalOf(tiff), HasSubstr("compression 6"));
}

// A tile of 65,535 × 65,536 pixels for a picture of 40 × 40.
TEST(TiffTest, RefusesATileFarLargerThanThePicture) {
  std::string tiff = MakeTiff(FourColors(40), {.tile = 16});
  for (const std::string& tag : {"\x42\x01"s, "\x43\x01"s}) {
    const size_t entry = tiff.find(tag);
    ASSERT_NE(entry, std::string::npos);
    tiff.replace(entry + 8, 2, "\xF0\xFF"s);
  }
  EXPECT_FALSE(RefusalOf(tiff).empty());
}

}  // namespace
}  // namespace lookalike
