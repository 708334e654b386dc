// SPDX-License-Identifier: Apache-2.0
// What only JPEG has: inks, scans, and damage that its library would pass over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fuzz/image_seeds.h"
#include "tests/unit/libs/image/decoding.h"

namespace lookalike {
namespace {

using std::string_literals::operator""s;
using testing::HasSubstr;

constexpr int kSide = 64;

TEST(JpegTest, ReadsEveryKindOfColors) {
  const Image image = FourColors(kSide);
  for (const JpegColors colors :
       {JpegColors::kYcc, JpegColors::kRgb, JpegColors::kCmyk, JpegColors::kAdobeCmyk, JpegColors::kAdobeYcck}) {
    const Image decoded = Decode(MakeJpeg(image, {.colors = colors, .quality = 100}));
    for (const auto& [x, y] : {std::pair(16, 16), {48, 16}, {16, 48}, {48, 48}}) {  // far from edges, which blur
      for (size_t channel = 0; channel < 3; ++channel) {
        EXPECT_NEAR(ColorAt(decoded, x, y)[channel], ColorAt(image, x, y)[channel], 3) << static_cast<int>(colors);
      }
    }
  }
}

TEST(JpegTest, ReadsGrey) {
  const Image decoded = Decode(MakeJpeg(FourColors(kSide), {.colors = JpegColors::kGrey}));
  EXPECT_EQ(ColorAt(decoded, 10, 10), (Color{76, 76, 76}));
}

TEST(JpegTest, ReadsProgressiveArithmeticAndRestarted) {
  const Image image = FourColors(kSide), plain = Decode(MakeJpeg(image, {}));
  EXPECT_EQ(Decode(MakeJpeg(image, {.progressive = true})).pixels, plain.pixels);
  EXPECT_EQ(Decode(MakeJpeg(image, {.arithmetic = true})).pixels, plain.pixels);
  EXPECT_EQ(Decode(MakeJpeg(image, {.restart_rows = 1})).pixels, plain.pixels);
}

// A whole file with an end mark, of whose compressed data a piece is gone: libjpeg fills up with grey and only warns.
TEST(JpegTest, RefusesAPictureOfWhichDataIsMissing) {
  std::string jpeg = MakeJpeg(FourColors(kSide), {});
  jpeg.erase(jpeg.size() - 30, 28);
  EXPECT_THAT(RefusalOf(jpeg), HasSubstr("damaged"));
}

TEST(JpegTest, PassesOverBytesBetweenItsParts) {
  const Image image = FourColors(kSide);
  const std::string jpeg = MakeJpeg(image, {});
  const std::string with_comment = jpeg.substr(0, 2) + "\xFF\xFE\0\x06 hi!"s + jpeg.substr(2);
  EXPECT_EQ(Decode(with_comment).pixels, Decode(jpeg).pixels);
}

// The first frame header is the one whose size was judged.
TEST(JpegTest, RefusesASecondFrameHeaderOfAnotherSize) {
  const std::string jpeg = MakeJpeg(FourColors(kSide), {});
  const size_t frame = jpeg.find("\xFF\xC0\0\x11\x08"s);
  ASSERT_NE(frame, std::string::npos);
  const std::string larger = jpeg.substr(frame, 5) + "\x10\0\x10\0"s + jpeg.substr(frame + 9, 10);
  EXPECT_FALSE(RefusalOf(jpeg.substr(0, frame) + larger + jpeg.substr(frame)).empty());
  EXPECT_FALSE(RefusalOf(jpeg.substr(0, frame + 19) + larger + jpeg.substr(frame + 19)).empty());
}

TEST(JpegTest, RefusesTwelveBitPictures) {
  std::string jpeg = MakeJpeg(FourColors(kSide), {});
  jpeg[jpeg.find("\xFF\xC0\0\x11\x08"s) + 4] = 12;
  EXPECT_THAT(RefusalOf(jpeg), HasSubstr("precision 12"));
}

}  // namespace
}  // namespace lookalike
