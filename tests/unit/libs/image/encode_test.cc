// SPDX-License-Identifier: Apache-2.0
#include "libs/image/encode.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/libs/image/golden.h"

namespace lookalike {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(EncodeTest, PngKeepsEveryPixel) {
  const Image image = DecodeGolden("textured_37x53.png");
  const auto png = EncodePng(image);
  ASSERT_TRUE(png.ok()) << png.status();
  EXPECT_THAT(*png, StartsWith("\x89PNG"));
  EXPECT_EQ(DecodeImage(*png, ImageLimits())->pixels, image.pixels);
}

TEST(EncodeTest, JpegKeepsTheColors) {
  const Image image = DecodeGolden("opaque.png");
  const auto decoded = DecodeImage(EncodeJpeg(image, 95).value(), ImageLimits());
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  // The first pixel is red, and stays so: the channels have not changed places.
  EXPECT_NEAR(decoded->pixels[0], 255, 8);
  EXPECT_NEAR(decoded->pixels[2], 0, 8);
}

TEST(EncodeTest, LowerQualityIsSmaller) {
  const Image image = DecodeGolden("textured_90x40.png");
  EXPECT_LT(EncodeJpeg(image, 30)->size(), EncodeJpeg(image, 95)->size());
}

TEST(EncodeTest, RefusesWhatItCannotEncode) {
  EXPECT_THAT(std::string(EncodePng(Image()).status().message()), HasSubstr("empty"));
  const Image pixel{.width = 1, .height = 1, .pixels = {1, 2, 3}};
  for (const int quality : {0, 101}) {
    EXPECT_THAT(std::string(EncodeJpeg(pixel, quality).status().message()), HasSubstr("wanted: 1 to 100"));
  }
}

TEST(EncodeTest, RefusesAJpegWiderThanTheFormat) {
  const Image wide{.width = 70'000, .height = 1, .pixels = std::vector<uint8_t>(210'000)};
  EXPECT_EQ(EncodeJpeg(wide, 90).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace lookalike
