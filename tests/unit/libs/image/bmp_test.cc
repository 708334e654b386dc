// SPDX-License-Identifier: Apache-2.0
// What only BMP has; the project reads it by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fuzz/image_seeds.h"
#include "tests/unit/libs/image/decoding.h"

namespace lookalike {
namespace {

using std::string_literals::operator""s;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr uint32_t kNoCompression = 0, kRuns8 = 1, kRuns4 = 2, kBitFields = 3;

std::string Number(uint32_t value, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<char>(i < 4 ? value >> 8 * i & 255 : 0));
  return bytes;
}

// A file with the usual header; `before` is what lies between it and the pixels: masks, colours.
std::string Bmp(int width, int height, uint32_t bits, uint32_t compression, const std::string& before,
                const std::string& pixels) {
  return "BM" + Number(0, 8) + Number(static_cast<uint32_t>(54 + before.size()), 4) + Number(40, 4) +
         Number(static_cast<uint32_t>(width), 4) + Number(static_cast<uint32_t>(height), 4) + Number(1, 2) +
         Number(bits, 2) + Number(compression, 4) + Number(0, 20) + before + pixels;
}

// Four colours, each with its number in all three channels, and the rest of a table black.
std::string Greys(int count) {
  std::string colors;
  for (int i = 0; i < count; ++i) colors += std::string(3, static_cast<char>(i < 4 ? 10 + i : 0)) + '\0';
  return colors;
}

// The first channel of every pixel: enough where all pixels are grey.
std::vector<int> Values(const std::string& bmp) {
  const Image image = Decode(bmp);
  std::vector<int> values;
  for (size_t i = 0; i < image.pixels.size(); i += 3) values.push_back(image.pixels[i]);
  return values;
}

TEST(BmpTest, ReadsRowsFromTheBottomAndFromTheTop) {
  const std::string rows = "\x01\x02\0\0\x03\x02\0\0"s;
  EXPECT_THAT(Values(Bmp(2, 2, 8, kNoCompression, Greys(256), rows)), ElementsAre(13, 12, 11, 12));
  EXPECT_THAT(Values(Bmp(2, -2, 8, kNoCompression, Greys(256), rows)), ElementsAre(11, 12, 13, 12));
}

TEST(BmpTest, ReadsPixelsOfOneAndFourBits) {
  EXPECT_THAT(Values(Bmp(3, 1, 1, kNoCompression, Greys(2), "\xA0\0\0\0"s)), ElementsAre(11, 10, 11));
  EXPECT_THAT(Values(Bmp(3, 1, 4, kNoCompression, Greys(16), "\x12\x30\0\0"s)), ElementsAre(11, 12, 13));
}

TEST(BmpTest, ReadsSixteenBitPixels) {
  const Image plain = Decode(Bmp(2, 1, 16, kNoCompression, "", "\0\x7C\x1F\0"s));
  EXPECT_THAT(plain.pixels, ElementsAre(255, 0, 0, 0, 0, 255));
  const std::string masks_565 = "\0\xF8\0\0\xE0\x07\0\0\x1F\0\0\0"s;
  const Image fields = Decode(Bmp(2, 1, 16, kBitFields, masks_565, "\xE0\x07\0\xF8"s));
  EXPECT_THAT(fields.pixels, ElementsAre(0, 255, 0, 255, 0, 0));
}

TEST(BmpTest, ReadsAChannelWithoutMaskAsBlack) {
  const std::string masks = "\0\0\xFF\0\0\0\0\0\xFF\0\0\0"s;
  EXPECT_THAT(Decode(Bmp(1, 1, 32, kBitFields, masks, "\x11\x22\x33\x44"s)).pixels, ElementsAre(0x33, 0, 0x11));
}

// A header of 56 bytes has the mask of alpha too.
TEST(BmpTest, LaysAlphaOnWhiteWhereTheFileNamesIt) {
  const std::string masks = "\0\0\xFF\0\0\xFF\0\0\xFF\0\0\0\0\0\0\xFF"s;
  std::string bmp = Bmp(2, 1, 32, kBitFields, masks, "\x11\x22\x33\xFF\x11\x22\x33\0"s);
  bmp[14] = 56;
  EXPECT_THAT(Decode(bmp).pixels, ElementsAre(0x33, 0x22, 0x11, 255, 255, 255));
}

TEST(BmpTest, ReadsRunsOfEightBits) {
  // Two of colour 1; two one by one; end of row. Move on by one; one of colour 3; end.
  const std::string runs = "\x02\x01\0\x03\x02\x03\x01\0\0\0\0\x02\x01\0\x01\x03\0\x01"s;
  EXPECT_THAT(Values(Bmp(5, 2, 8, kRuns8, Greys(256), runs)), ElementsAre(10, 13, 10, 10, 10, 11, 11, 12, 13, 11));
}

TEST(BmpTest, ReadsRunsOfFourBits) {
  const std::string runs = "\x03\x12\0\x03\x31\x20\0\x01"s;
  EXPECT_THAT(Values(Bmp(6, 1, 4, kRuns4, Greys(16), runs)), ElementsAre(11, 12, 11, 13, 11, 12));
}

// Runs that go on beyond the row, and moves beyond the picture.
TEST(BmpTest, DropsWhatRunsOutOfThePicture) {
  EXPECT_THAT(Values(Bmp(2, 1, 8, kRuns8, Greys(256), "\xFF\x01\0\x01"s)), ElementsAre(11, 11));
  EXPECT_THAT(Values(Bmp(2, 1, 8, kRuns8, Greys(256), "\x01\x01\0\x02\xFF\xFF\x01\x02"s)), ElementsAre(11, 10));
}

TEST(BmpTest, ReadsTheOldestHeader) {
  const std::string bmp = "BM" + Number(0, 8) + Number(32, 4) + Number(12, 4) + Number(1, 2) + Number(1, 2) +
                          Number(1, 2) + Number(1, 2) + "\x01\x02\x03\x04\x05\x06" + "\x80\0\0\0"s;
  EXPECT_THAT(Decode(bmp).pixels, ElementsAre(6, 5, 4));
}

TEST(BmpTest, AColorBeyondTheTableIsBlack) {
  std::string bmp = Bmp(2, 1, 8, kNoCompression, Greys(2), "\x01\x07\0\0"s);
  bmp[46] = 2;
  EXPECT_THAT(Values(bmp), ElementsAre(11, 0));
}

TEST(BmpTest, RefusesEveryTruncation) {
  const std::string rows = MakeBmp(FourColors(6));
  const std::string runs = Bmp(2, 2, 8, kRuns8, Greys(256), "\x02\x01\0\0\x02\x01\0\0"s);
  const std::string fields = Bmp(1, 1, 16, kBitFields, "\0\xF8\0\0\xE0\x07\0\0\x1F\0\0\0"s, "\xE0\x07\0\0"s);
  for (const std::string& bmp : {rows, runs, fields}) {
    for (size_t size = 0; size < bmp.size(); ++size) EXPECT_FALSE(RefusalOf(bmp.substr(0, size)).empty()) << size;
    EXPECT_TRUE(DecodeImage(bmp, ImageLimits()).ok());
  }
}

TEST(BmpTest, RefusesWhatMakesNoSense) {
  EXPECT_THAT(RefusalOf(Bmp(1, 1, 7, kNoCompression, "", "\0\0\0\0"s)), HasSubstr("7 bits a pixel"));
  EXPECT_THAT(RefusalOf(Bmp(1, 1, 24, kRuns8, "", "\0\0\0\0"s)), HasSubstr("compression 1"));
  EXPECT_THAT(RefusalOf(Bmp(1, 1, 24, 4, "", "\0\0\0\0"s)), HasSubstr("compression 4"));
  EXPECT_THAT(RefusalOf(Bmp(-1, 1, 24, kNoCompression, "", "\0\0\0\0"s)), HasSubstr("-1 × 1"));
  EXPECT_THAT(RefusalOf(Bmp(1, 0, 24, kNoCompression, "", "\0\0\0\0"s)), HasSubstr("1 × 0"));
  std::string far_pixels = MakeBmp(FourColors(2));
  far_pixels[13] = '\x7F';
  EXPECT_THAT(RefusalOf(far_pixels), HasSubstr("pixels lie elsewhere"));
  std::string header_of_13_bytes = MakeBmp(FourColors(2));
  header_of_13_bytes[14] = 13;
  EXPECT_THAT(RefusalOf(header_of_13_bytes), HasSubstr("header of 13 bytes"));
}

}  // namespace
}  // namespace lookalike
