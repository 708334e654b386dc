// SPDX-License-Identifier: Apache-2.0
// What only GIF has: a frame on a screen.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/image/image_header.h"
#include "tests/fuzz/image_seeds.h"
#include "tests/unit/libs/image/decoding.h"

namespace lookalike {
namespace {

using std::string_literals::operator""s;
using testing::HasSubstr;

constexpr Color kWhite = {255, 255, 255}, kRed = {255, 0, 0}, kGreen = {0, 255, 0}, kBlue = {0, 0, 255};

TEST(GifTest, LaysAFrameOnAWhiteScreen) {
  const Image image = Decode(MakeGif(FourColors(8), {.left = 3, .top = 5, .screen_width = 20, .screen_height = 16}));
  EXPECT_EQ(image.width, 20);
  EXPECT_EQ(image.height, 16);
  EXPECT_EQ(ColorAt(image, 2, 5), kWhite);
  EXPECT_EQ(ColorAt(image, 3, 5), kRed);
  EXPECT_EQ(ColorAt(image, 10, 5), kGreen);
  EXPECT_EQ(ColorAt(image, 3, 12), kBlue);
  EXPECT_EQ(ColorAt(image, 3, 13), kWhite);
}

TEST(GifTest, GrowsTheScreenToItsFirstFrame) {
  const Image image = Decode(MakeGif(FourColors(8), {.left = 1, .top = 2, .screen_width = 4, .screen_height = 4}));
  EXPECT_EQ(image.width, 9);
  EXPECT_EQ(image.height, 10);
  EXPECT_EQ(ColorAt(image, 8, 2), kGreen);
}

TEST(GifTest, AnInterlacedFrameIsTheSamePicture) {
  for (const int side : {1, 2, 3, 5, 8, 17}) {
    const Image image = FourColors(side);
    EXPECT_EQ(Decode(MakeGif(image, {.interlaced = true})).pixels, Decode(MakeGif(image, {})).pixels) << side;
  }
}

TEST(GifTest, TransparentPixelsAreWhite) {
  constexpr int kNumberOfRed = 7 << 5;
  const Image image = Decode(MakeGif(FourColors(8), {.transparent = kNumberOfRed}));
  EXPECT_EQ(ColorAt(image, 0, 0), kWhite);
  EXPECT_EQ(ColorAt(image, 7, 0), kGreen);
}

// One pixel without any table of colours.
TEST(GifTest, RefusesAFrameWithoutColors) {
  const std::string gif = "GIF89a\x01\0\x01\0\0\0\0\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0;"s;
  EXPECT_THAT(RefusalOf(gif), HasSubstr("no table of colours"));
}

TEST(GifTest, RefusesAFileWithoutFrames) {
  EXPECT_THAT(RefusalOf("GIF89a\x01\0\x01\0\0\0\0;"s), HasSubstr("before its first frame"));
  EXPECT_THAT(RefusalOf("GIF89a\x01\0\x01\0\0\0\0"s), HasSubstr("truncated GIF"));
}

TEST(GifTest, RefusesAFrameOfNoPixels) {
  EXPECT_THAT(RefusalOf("GIF89a\x09\0\x09\0\0\0\0\x2C\0\0\0\0\0\0\x01\0\0\x02\0;"s), HasSubstr("0 × 1 pixels"));
}

// Its end is that of its first frame.
TEST(GifTest, RefusesEveryTruncationOfItsFrame) {
  const std::string gif = MakeGif(FourColors(8), {.transparent = 3});
  for (size_t size = 0; size + 1 < gif.size(); ++size) EXPECT_FALSE(RefusalOf(gif.substr(0, size)).empty()) << size;
  EXPECT_TRUE(DecodeImage(gif.substr(0, gif.size() - 1), ImageLimits()).ok());
}

}  // namespace
}  // namespace lookalike
