// SPDX-License-Identifier: Apache-2.0
// JPEG at 1/2, 1/4 and 1/8 of its scale.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/image/encode.h"
#include "libs/image/sufficient_side.h"
#include "tests/fuzz/image_seeds.h"
#include "tests/unit/libs/image/decoding.h"

namespace lookalike {
namespace {

using std::string_literals::operator""s;

// Every pixel its place, so that a part is known by its colours: red grows to the right, green downwards.
Image Gradient(int width, int height) {
  Image image = NewImage(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      uint8_t* pixel = &image.pixels[(static_cast<size_t>(y) * width + x) * 3];
      pixel[0] = static_cast<uint8_t>(x * 255 / width), pixel[1] = static_cast<uint8_t>(y * 255 / height);
    }
  }
  return image;
}

std::string GradientJpeg(int width, int height) {
  return MakeJpeg(Gradient(width, height), {.colors = JpegColors::kRgb, .quality = 100});
}

// A JPEG with an EXIF block that holds nothing but an orientation.
std::string Turned(const std::string& jpeg, int orientation) {
  const std::string exif =
      "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"s + static_cast<char>(orientation) + "\0\0\0\0\0\0"s;
  return jpeg.substr(0, 2) + "\xFF\xE1\0"s + static_cast<char>(exif.size() + 2) + exif + jpeg.substr(2);
}

std::pair<int, int> SizeOf(const Image& image) { return {image.width, image.height}; }

TEST(ReducedDecodeTest, ReducesWhileTheShorterSideSuffices) {
  const std::string jpeg = GradientJpeg(800, 640);
  EXPECT_EQ(SizeOf(Decode(jpeg, {.sufficient_side = 0})), std::pair(800, 640));
  EXPECT_EQ(SizeOf(Decode(jpeg, {.sufficient_side = 321})), std::pair(800, 640));
  EXPECT_EQ(SizeOf(Decode(jpeg, {.sufficient_side = 320})), std::pair(400, 320));
  EXPECT_EQ(SizeOf(Decode(jpeg, {.sufficient_side = 160})), std::pair(200, 160));
  EXPECT_EQ(SizeOf(Decode(jpeg, {.sufficient_side = 1})), std::pair(100, 80));
}

TEST(ReducedDecodeTest, CanBeTurnedOff) {
  const ImageLimits limits{.reduce_jpeg = false};
  EXPECT_EQ(SizeOf(Decode(GradientJpeg(160, 160), {.sufficient_side = 1}, limits)), std::pair(160, 160));
}

TEST(ReducedDecodeTest, RoundsSidesUp) {
  EXPECT_EQ(SizeOf(Decode(GradientJpeg(81, 87), {.sufficient_side = 10})), std::pair(11, 11));
}

TEST(ReducedDecodeTest, LeavesOtherFormatsAlone) {
  const std::string png = EncodePng(Gradient(160, 160)).value();
  EXPECT_EQ(SizeOf(Decode(png, {.sufficient_side = 1})), std::pair(160, 160));
}

TEST(ReducedDecodeTest, ShowsTheSamePicture) {
  for (const JpegColors colors : {JpegColors::kYcc, JpegColors::kCmyk, JpegColors::kAdobeYcck}) {
    const Image image =
        Decode(MakeJpeg(FourColors(160), {.colors = colors, .progressive = true}), {.sufficient_side = 20});
    EXPECT_EQ(SizeOf(image), std::pair(20, 20));
    for (size_t channel = 0; channel < 3; ++channel) {
      EXPECT_NEAR(ColorAt(image, 4, 4)[channel], (Color{255, 0, 0})[channel], 4);
      EXPECT_NEAR(ColorAt(image, 15, 15)[channel], (Color{128, 128, 128})[channel], 4);
    }
  }
}

// The side that must suffice is that of the part, not of the picture.
TEST(ReducedDecodeTest, ReducesByWhatIsLeftOfTheCrop) {
  const std::string jpeg = GradientJpeg(800, 800);
  const CropBox quarter{.left = 0.25f, .top = 0.25f, .right = 0.5f, .bottom = 0.5f};
  EXPECT_EQ(SizeOf(Decode(jpeg, {.crop = quarter, .sufficient_side = 100})), std::pair(100, 100));
  EXPECT_EQ(SizeOf(Decode(jpeg, {.crop = quarter, .sufficient_side = 101})), std::pair(200, 200));
}

// The colours of the part tell where it was cut out.
TEST(ReducedDecodeTest, ACropKeepsItsPlaceAtEveryScaleAndOrientation) {
  const CropBox box{.left = 0.3f, .top = 0.1f, .right = 0.7f, .bottom = 0.6f};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const std::string jpeg = Turned(GradientJpeg(797, 603), orientation);  // neither divides by 8
    const Image full = Decode(jpeg, {.crop = box});
    for (const int side : {120, 60, 30}) {
      const Image reduced = Decode(jpeg, {.crop = box, .sufficient_side = side});
      ASSERT_LT(reduced.width, full.width);
      EXPECT_NEAR(static_cast<double>(full.width) / full.height, static_cast<double>(reduced.width) / reduced.height,
                  0.03);
      const Color first = ColorAt(full, 0, 0), last = ColorAt(full, full.width - 1, full.height - 1);
      const Color reduced_first = ColorAt(reduced, 0, 0);
      const Color reduced_last = ColorAt(reduced, reduced.width - 1, reduced.height - 1);
      for (size_t channel = 0; channel < 2; ++channel) {  // a pixel of 1/8 spans 3.4 steps of colour
        EXPECT_NEAR(first[channel], reduced_first[channel], 6) << "orientation " << orientation << ", side " << side;
        EXPECT_NEAR(last[channel], reduced_last[channel], 6) << "orientation " << orientation << ", side " << side;
      }
    }
  }
}

TEST(ReducedDecodeTest, ACropIsTheSameAsCroppingAfterwards) {
  const std::string jpeg = Turned(GradientJpeg(97, 61), 6);
  const CropBox box{.left = 0.2f, .top = 0.5f, .right = 0.7f, .bottom = 0.9f};
  EXPECT_EQ(Decode(jpeg, {.crop = box}).pixels, Crop(Decode(jpeg), box)->pixels);
}

TEST(ReducedDecodeTest, RefusesABadCropBeforeItLooksAtTheBytes) {
  for (const CropBox& box : {CropBox{.left = 0.5f, .right = 0.5f}, CropBox{.left = -0.1f}, CropBox{.bottom = 1.5f},
                             CropBox{.top = std::nanf("")}}) {
    EXPECT_THAT(RefusalOf("not a picture", ImageLimits(), {.crop = box}), testing::HasSubstr("crop box"));
  }
}

TEST(ReducedDecodeTest, AReducedPictureTakesLessMemory) {
  const std::string jpeg = GradientJpeg(800, 800);
  const ImageLimits limits{.max_decoded_bytes = 1'000'000};
  EXPECT_FALSE(DecodeImage(jpeg, limits).ok());
  EXPECT_TRUE(DecodeImage(jpeg, limits, {.sufficient_side = 100}).ok());
}

TEST(SufficientSideTest, IsTwiceWhatTheModelTakes) {
  EXPECT_EQ(SufficientSide(PreprocessingProfile("starter", 64).value()), 128);
  EXPECT_EQ(SufficientSide(PreprocessingProfile("torchvision", 224).value()), 512);
}

// Nearest neighbours pick single pixels, and a reduced picture has others.
TEST(SufficientSideTest, IsNoneForNearestNeighbours) {
  EXPECT_EQ(SufficientSide(PreprocessingProfile("keras", 224).value()), 0);
}

// The model's input, as root mean square of the difference in 8-bit steps, for a drawing at four times the least size.
TEST(SufficientSideTest, KeepsTheModelsInput) {
  for (const char* profile : {"starter", "torchvision"}) {
    Preprocessing preprocessing = PreprocessingProfile(profile, 32).value();
    preprocessing.scale = 1, preprocessing.mean = {}, preprocessing.std = {1, 1, 1};
    const std::string jpeg = MakeJpeg(FourColors(8 * SufficientSide(preprocessing)), {});
    std::vector<float> full(InputValues(preprocessing)), reduced = full;
    ASSERT_TRUE(Preprocess(Decode(jpeg), preprocessing, full).ok());
    const DecodeOptions options{.sufficient_side = SufficientSide(preprocessing)};
    ASSERT_TRUE(Preprocess(Decode(jpeg, options), preprocessing, reduced).ok());
    double squares = 0;
    for (size_t i = 0; i < full.size(); ++i) squares += std::pow(full[i] - reduced[i], 2);
    EXPECT_LT(std::sqrt(squares / static_cast<double>(full.size())), 2) << profile;
  }
}

}  // namespace
}  // namespace lookalike
