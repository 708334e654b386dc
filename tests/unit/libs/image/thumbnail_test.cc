// SPDX-License-Identifier: Apache-2.0
#include "libs/image/thumbnail.h"

#include <gtest/gtest.h>

#include "libs/image/encode.h"

namespace lookalike {
namespace {

// Left half red, right half blue.
std::string Picture(int width, int height) {
  Image image = NewImage(width, height);
  for (int i = 0; i < width * height; ++i) image.pixels[3 * i + (i % width < width / 2 ? 0 : 2)] = 255;
  return EncodePng(image).value();
}

Image Small(const std::string& picture, const std::optional<CropBox>& crop, int side) {
  const absl::StatusOr<std::string> jpeg = MakeThumbnail(picture, crop, side);
  EXPECT_EQ(jpeg.status(), absl::OkStatus());
  EXPECT_EQ(jpeg->substr(0, 3), "\xff\xd8\xff");
  return DecodeImage(*jpeg, ImageLimits()).value();
}

TEST(ThumbnailTest, TheLongerSideIsAsWanted) {
  const Image wide = Small(Picture(600, 300), std::nullopt, 100);
  EXPECT_EQ(wide.width, 100);
  EXPECT_EQ(wide.height, 50);
  EXPECT_EQ(Small(Picture(300, 600), std::nullopt, 100).height, 100);
}

TEST(ThumbnailTest, ASmallPictureIsNotEnlarged) { EXPECT_EQ(Small(Picture(40, 20), std::nullopt, 100).width, 40); }

TEST(ThumbnailTest, ItShowsWhatIsInTheCropBox) {
  const Image right = Small(Picture(400, 200), CropBox{0.5f, 0, 1, 1}, 100);
  EXPECT_EQ(right.width, 100);
  EXPECT_EQ(right.height, 100);
  EXPECT_LT(right.pixels[0], 20);
  EXPECT_GT(right.pixels[2], 235);
}

TEST(ThumbnailTest, WhatIsNoPictureHasNone) {
  EXPECT_EQ(MakeThumbnail("no picture", std::nullopt, 100).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(MakeThumbnail(Picture(9, 9), CropBox{0.5f, 0, 0.5f, 1}, 100).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace lookalike
