// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/image/decode.h"

namespace lookalike {
namespace {

using testing::ElementsAre;

// A picture whose pixels hold their own place.
Image Numbered(int width, int height) {
  Image image{.width = width, .height = height, .pixels = {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (const int value : {x, y, 7}) image.pixels.push_back(static_cast<uint8_t>(value));
    }
  }
  return image;
}

TEST(CropTest, TakesThePixelsInsideTheBox) {
  const auto part = Crop(Numbered(10, 4), {.left = 0.3f, .top = 0.5f, .right = 0.5f, .bottom = 1});
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_EQ(part->width, 2);
  EXPECT_EQ(part->height, 2);
  EXPECT_THAT(part->pixels, ElementsAre(3, 2, 7, 4, 2, 7, 3, 3, 7, 4, 3, 7));
}

TEST(CropTest, TheWholeBoxIsTheWholePicture) {
  const Image image = Numbered(5, 3);
  const auto part = Crop(image, CropBox());
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_EQ(part->pixels, image.pixels);
}

TEST(CropTest, RoundsEdgesToTheNearestPixel) {
  const auto part = Crop(Numbered(10, 1), {.left = 0.16f, .top = 0, .right = 0.34f, .bottom = 1});
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_THAT(part->pixels, ElementsAre(2, 0, 7));
}

TEST(CropTest, AlwaysTakesOnePixel) {
  for (const float left : {0.0f, 0.5f, 0.99999f}) {
    const auto part = Crop(Numbered(3, 3), {.left = left, .top = left, .right = left + 1e-6f, .bottom = left + 1e-6f});
    ASSERT_TRUE(part.ok()) << part.status();
    EXPECT_EQ(part->pixels.size(), 3u);
  }
}

TEST(CropTest, RefusesABoxThatIsEmptyOrLeavesThePicture) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const CropBox box :
       {CropBox{.left = 0.5f, .right = 0.5f}, CropBox{.top = 0.6f, .bottom = 0.5f}, CropBox{.left = -0.1f},
        CropBox{.right = 1.1f}, CropBox{.top = nan}, CropBox{.bottom = nan}}) {
    EXPECT_EQ(Crop(Numbered(4, 4), box).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(CropTest, RefusesAnEmptyPicture) {
  EXPECT_EQ(Crop(Image(), CropBox()).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace lookalike
