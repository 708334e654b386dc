// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/image/encode.h"
#include "tests/fuzz/image_seeds.h"
#include "tests/unit/libs/image/decoding.h"
#include "tests/unit/libs/image/golden.h"

namespace lookalike {
namespace {

using std::string_literals::operator""s;
using testing::AllOf;
using testing::HasSubstr;

std::string PngHeader(const std::string& sides) { return "\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR"s + sides; }

TEST(DecodeLimitsTest, RefusesMoreBytesThanTheLimit) {
  const std::string png = ReadGolden("opaque.png");
  const ImageLimits limits{.max_bytes = png.size() - 1};
  EXPECT_THAT(RefusalOf(png, limits),
              AllOf(HasSubstr(std::to_string(png.size()) + " bytes"), HasSubstr("max-image-bytes"),
                    HasSubstr("more than the limit of " + std::to_string(png.size() - 1))));
}

TEST(DecodeLimitsTest, RefusesMorePixelsThanTheLimit) {
  EXPECT_THAT(RefusalOf(ReadGolden("opaque.png"), {.max_pixels = 191}),
              AllOf(HasSubstr("16 × 12"), HasSubstr("191"), HasSubstr("max-image-pixels")));
  EXPECT_TRUE(DecodeImage(ReadGolden("opaque.png"), {.max_pixels = 192}).ok());
}

// 20,000 × 20,000 pixels without one byte of data: the header is enough.
TEST(DecodeLimitsTest, RefusesAHugePictureByItsHeader) {
  const std::string jpeg = "\xFF\xD8\xFF\xC0\0\x11\x08\x4E\x20\x4E\x20\x03"s + std::string(9, '\0');
  const std::string webp = "RIFF\xFF\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0\x1F\x4E\0\x1F\x4E\0"s;
  const std::string gif = "GIF89a\x20\x4E\x20\x4E\0\0\0\x2C\0\0\0\0\x01\0\x01\0\0"s;
  const std::string bmp =
      "BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x20\x4E\0\0\x20\x4E\0\0\x01\0\x18\0"s + std::string(24, '\0');
  const std::string tiff =
      "II*\0\x08\0\0\0\x02\0\0\x01\x03\0\x01\0\0\0\x20\x4E\0\0\x01\x01\x03\0\x01\0\0\0\x20\x4E\0\0"s;
  for (const std::string& bytes : {PngHeader("\0\0\x4E\x20\0\0\x4E\x20"s), jpeg, webp, gif, bmp, tiff}) {
    EXPECT_THAT(RefusalOf(bytes), HasSubstr("20000 × 20000 pixels are more than the limit"));
  }
}

// Their product is more than any integer holds.
TEST(DecodeLimitsTest, RefusesTheLargestSidesThatAFormatCanState) {
  EXPECT_THAT(RefusalOf(PngHeader("\x7F\xFF\xFF\xFF\x7F\xFF\xFF\xFF"s)), HasSubstr("2147483647 × 2147483647"));
}

TEST(DecodeLimitsTest, RefusesAPictureFarLongerThanWide) {
  const std::string strip = EncodePng(NewImage(303, 3)).value();
  EXPECT_THAT(RefusalOf(strip, {.max_aspect_ratio = 100}),
              AllOf(HasSubstr("303 × 3"), HasSubstr("100"), HasSubstr("max-image-aspect-ratio")));
  EXPECT_TRUE(DecodeImage(strip, {.max_aspect_ratio = 101}).ok());
  EXPECT_TRUE(DecodeImage(EncodePng(NewImage(300, 3)).value(), {.max_aspect_ratio = 100}).ok());
  EXPECT_TRUE(DecodeImage(EncodePng(NewImage(1, 100)).value(), {.max_aspect_ratio = 100}).ok());
}

// With the limit that each names, and one byte below it.
TEST(DecodeLimitsTest, RefusesWhatTakesMoreMemoryThanTheLimit) {
  for (const ImageSeed& seed : MakeImageSeeds()) {
    const std::string refusal = RefusalOf(seed.bytes, {.max_decoded_bytes = 1});
    ASSERT_THAT(refusal, AllOf(HasSubstr("limit of 1 "), HasSubstr("max-image-decoded-bytes"))) << seed.name;
    const int64_t needed = std::stoll(refusal.substr(refusal.find("takes ") + 6));
    EXPECT_TRUE(DecodeImage(seed.bytes, {.max_decoded_bytes = needed}).ok()) << seed.name;
    EXPECT_FALSE(DecodeImage(seed.bytes, {.max_decoded_bytes = needed - 1}).ok()) << seed.name;
  }
}

TEST(DecodeLimitsTest, CountsTheCopyThatTurningTakes) {
  const Image image = FourColors(512);
  const std::string upright = MakeTiff(image, {}), turned = MakeTiff(image, {.orientation = 6});
  const std::string refusal = RefusalOf(turned, {.max_decoded_bytes = 1});
  const int64_t to_decode = std::stoll(refusal.substr(refusal.find("takes ") + 6));
  EXPECT_GE(to_decode, 4 * 512 * 512);
  EXPECT_TRUE(DecodeImage(upright, {.max_decoded_bytes = to_decode}).ok());
  EXPECT_TRUE(DecodeImage(turned, {.max_decoded_bytes = to_decode}).ok());
}

}  // namespace
}  // namespace lookalike
