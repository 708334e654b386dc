// SPDX-License-Identifier: Apache-2.0
#include "libs/image/decode.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/image/encode.h"
#include "tests/unit/libs/image/decoding.h"
#include "tests/unit/libs/image/golden.h"

namespace lookalike {
namespace {

using std::string_literals::operator""s;
using testing::HasSubstr;

constexpr Color kRed = {255, 0, 0}, kGreen = {0, 255, 0}, kBlue = {0, 0, 255}, kGrey = {128, 128, 128};
constexpr Color kBlack = {0, 0, 0};
constexpr Color kWhite = {255, 255, 255}, kHalfBlueOnWhite = {127, 127, 255};

// The middles of the four quadrants: top left, top right, bottom left, bottom right.
std::array<Color, 4> Quadrants(const Image& image) {
  std::array<Color, 4> colors = {};
  for (int i = 0; i < 4; ++i) {
    const int x = image.width * (1 + 2 * (i % 2)) / 4, y = image.height * (1 + 2 * (i / 2)) / 4;
    for (int channel = 0; channel < 3; ++channel) {
      colors[i][channel] = image.pixels[(static_cast<size_t>(y) * image.width + x) * 3 + channel];
    }
  }
  return colors;
}

void ExpectQuadrants(const Image& image, const std::array<Color, 4>& wanted, const std::string& name,
                     int tolerance = 4) {
  ASSERT_EQ(image.pixels.size(), size_t{3} * image.width * image.height) << name;
  ASSERT_FALSE(image.pixels.empty()) << name;
  const std::array<Color, 4> found = Quadrants(image);
  for (int i = 0; i < 4; ++i) {
    for (int channel = 0; channel < 3; ++channel) {
      EXPECT_NEAR(found[i][channel], wanted[i][channel], tolerance) << name << ", quadrant " << i;
    }
  }
}

// A JPEG file with an EXIF block that holds nothing but an orientation.
std::string WithOrientation(const std::string& jpeg, char orientation) {
  const std::string exif = "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"s + orientation + "\0\0\0\0\0\0"s;
  const std::string segment = "\xFF\xE1\0"s + static_cast<char>(exif.size() + 2) + exif;
  return jpeg.substr(0, 2) + segment + jpeg.substr(2);
}

TEST(DecodeTest, ReadsOpaquePicturesOfEveryFormat) {
  for (const char* name : {"baseline.jpg", "progressive.jpg", "opaque.png", "palette.png", "rgb_16_bit.png",
                           "lossless.webp", "lossy.webp", "opaque.gif", "interlaced.gif", "opaque.bmp", "palette.bmp",
                           "opaque.tif", "lzw.tif", "deflate.tif", "palette.tif", "cmyk.tif"}) {
    const Image image = DecodeGolden(name);
    EXPECT_EQ(image.width, 16) << name;
    EXPECT_EQ(image.height, 12) << name;
    ExpectQuadrants(image, {kRed, kGreen, kBlue, kGrey}, name, 12);
  }
}

TEST(DecodeTest, LaysAlphaOnWhite) {
  for (const char* name : {"alpha.png", "alpha_16_bit.png", "alpha.webp"}) {
    ExpectQuadrants(DecodeGolden(name), {kRed, kGreen, kHalfBlueOnWhite, kWhite}, name);
  }
  ExpectQuadrants(DecodeGolden("alpha.tif"), {kRed, kGreen, kHalfBlueOnWhite, kWhite}, "alpha.tif");
  ExpectQuadrants(DecodeGolden("transparent.gif"), {kRed, kGreen, kBlue, kWhite}, "transparent.gif");
  ExpectQuadrants(DecodeGolden("palette_alpha.png"), {kRed, kGreen, kHalfBlueOnWhite, kWhite}, "palette_alpha.png", 12);
  ExpectQuadrants(DecodeGolden("color_key.png"), {kRed, kGreen, kBlue, kWhite}, "color_key.png");
}

// Grey by ITU-R BT.601: 76, 150 and 29 are the luma of the pure colours.
TEST(DecodeTest, ExpandsGrey) {
  for (const char* name : {"grey.jpg", "grey.png", "grey_16_bit.png", "grey.bmp", "grey.tif", "grey_16_bit.tif"}) {
    ExpectQuadrants(DecodeGolden(name), {{{76, 76, 76}, {150, 150, 150}, {29, 29, 29}, kGrey}}, name);
  }
  for (const char* name : {"grey_alpha.png", "grey_alpha.tif"}) {
    ExpectQuadrants(DecodeGolden(name), {{{76, 76, 76}, {150, 150, 150}, {142, 142, 142}, kWhite}}, name);
  }
}

TEST(DecodeTest, ReadsOneBitPictures) {
  for (const char* name : {"one_bit.bmp", "one_bit.tif"}) {
    ExpectQuadrants(DecodeGolden(name), {kWhite, kBlack, kBlack, kWhite}, name);
  }
}

// JPEG within TIFF averages the colours of neighbours, here across the edges of the quadrants.
TEST(DecodeTest, ReadsJpegWithinTiff) {
  ExpectQuadrants(DecodeGolden("jpeg.tif"), {kRed, kGreen, kBlue, kGrey}, "jpeg.tif", 12);
}

// The fourth byte of a plain BMP is not alpha, whatever a program wrote there.
TEST(DecodeTest, TakesNoAlphaFromAPlainBmp) {
  ExpectQuadrants(DecodeGolden("alpha.bmp"), {kRed, kGreen, kBlue, kGrey}, "alpha.bmp");
}

TEST(DecodeTest, TakesTheFirstOfSeveralPictures) {
  for (const char* name : {"animated.gif", "two_pages.tif"}) {
    ExpectQuadrants(DecodeGolden(name), {kRed, kGreen, kBlue, kGrey}, name);
  }
}

TEST(DecodeTest, ReadsCmykJpeg) {
  ExpectQuadrants(DecodeGolden("cmyk.jpg"), {kRed, kGreen, kBlue, kGrey}, "cmyk.jpg", 12);
}

TEST(DecodeTest, HonoursExifInEveryFormatThatHasIt) {
  for (const char* name : {"exif_turned_left.png", "exif_turned_left.webp", "exif_turned_left.tif"}) {
    const Image image = DecodeGolden(name);
    EXPECT_EQ(image.width, 12) << name;
    EXPECT_EQ(image.height, 16) << name;
    ExpectQuadrants(image, {kBlue, kRed, kGrey, kGreen}, name);
  }
}

TEST(DecodeTest, HonoursEveryExifOrientation) {
  const std::array<std::array<Color, 4>, 8> wanted = {{
      {kRed, kGreen, kBlue, kGrey},  // 1: as stored
      {kGreen, kRed, kGrey, kBlue},  // 2: left and right change places
      {kGrey, kBlue, kGreen, kRed},  // 3: turned by 180°
      {kBlue, kGrey, kRed, kGreen},  // 4: top and bottom change places
      {kRed, kBlue, kGreen, kGrey},  // 5: rows are columns
      {kBlue, kRed, kGrey, kGreen},  // 6: turned by 90° clockwise
      {kGrey, kGreen, kBlue, kRed},  // 7: rows are columns, from the far end
      {kGreen, kGrey, kRed, kBlue},  // 8: turned by 90° anticlockwise
  }};
  const std::string jpeg = ReadGolden("baseline.jpg");
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const auto image = DecodeImage(WithOrientation(jpeg, static_cast<char>(orientation)), ImageLimits());
    ASSERT_TRUE(image.ok()) << image.status();
    EXPECT_EQ(image->width, orientation < 5 ? 16 : 12);
    ExpectQuadrants(*image, wanted[orientation - 1], "orientation " + std::to_string(orientation));
  }
}

TEST(DecodeTest, ReadsOnePixel) {
  const Image pixel{.width = 1, .height = 1, .pixels = {10, 20, 30}};
  const auto image = DecodeImage(EncodePng(pixel).value(), ImageLimits());
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->width, 1);
  EXPECT_EQ(image->pixels, pixel.pixels);
}

TEST(DecodeTest, RefusesNoBytes) { EXPECT_THAT(RefusalOf(""), HasSubstr("0 bytes")); }

TEST(DecodeTest, RefusesWhatIsNotAnImage) {
  EXPECT_THAT(RefusalOf("%PDF-1.7 a document"), HasSubstr("not a JPEG, PNG, WebP, GIF, BMP or TIFF"));
  EXPECT_THAT(RefusalOf(std::string(1000, '\0')), HasSubstr("not a JPEG, PNG, WebP, GIF, BMP or TIFF"));
  EXPECT_THAT(RefusalOf("\0\0\0\x1C"
                        "ftypavif"s),
              HasSubstr("not a JPEG, PNG, WebP, GIF, BMP or TIFF"));
}

TEST(DecodeTest, RefusesAnimations) { EXPECT_THAT(RefusalOf(ReadGolden("animated.webp")), HasSubstr("animated")); }

// Every length, because decoders fill up what is missing from different places on.
TEST(DecodeTest, RefusesEveryTruncation) {
  for (const char* name : {"baseline.jpg", "progressive.jpg", "opaque.png", "alpha.png", "lossy.webp", "alpha.webp",
                           "opaque.bmp", "one_bit.bmp", "opaque.tif", "lzw.tif"}) {
    const std::string bytes = ReadGolden(name);
    for (size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_EQ(DecodeImage(bytes.substr(0, size), ImageLimits()).status().code(), absl::StatusCode::kInvalidArgument)
          << name << " of " << size << " bytes";
    }
  }
}

TEST(DecodeTest, RefusesDamagedData) {
  std::string png = ReadGolden("opaque.png");
  png[png.size() / 2] ^= 0x55;
  EXPECT_THAT(RefusalOf(png), HasSubstr("damaged"));
}

// Whatever the damage, the answer is a picture or a refusal, never an exception or a fault (the sanitizers look on).
TEST(DecodeTest, SurvivesAnyChangedByte) {
  for (const char* name : {"baseline.jpg", "progressive.jpg", "cmyk.jpg", "palette_alpha.png", "exif_turned_left.webp",
                           "transparent.gif", "palette.bmp", "lzw.tif", "jpeg.tif", "one_bit.tif"}) {
    const std::string bytes = ReadGolden(name);
    for (size_t i = 0; i < bytes.size(); ++i) {
      std::string changed = bytes;
      changed[i] ^= 0xFF;
      const auto image = DecodeImage(changed, {.max_bytes = 10'000, .max_pixels = 100'000});
      if (!image.ok()) continue;
      EXPECT_EQ(image->pixels.size(), size_t{3} * image->width * image->height);
    }
  }
}

}  // namespace
}  // namespace lookalike
