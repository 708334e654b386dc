// SPDX-License-Identifier: Apache-2.0
// Whatever bytes come: a picture or a clear refusal, in bounded memory, and not a word on standard error.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/libs/image/counted_memory.h"
#include "tests/unit/libs/image/decoding.h"
#include "tests/unit/libs/image/hostile_corpus.h"

namespace lookalike {
namespace {

using testing::SizeIs;
using testing::StartsWith;

// Small, so that what goes beyond them is seen.
constexpr ImageLimits kLimits = {
    .max_bytes = 4 << 20, .max_pixels = 4'000'000, .max_aspect_ratio = 100, .max_decoded_bytes = 32 << 20};
constexpr int64_t kSlack = 1 << 20;  // bytes: messages, and the tables of libraries

void ExpectPictureOrRefusal(const ImageSeed& file, const absl::StatusOr<Image>& image) {
  if (image.ok()) {
    EXPECT_GT(image->width, 0) << file.name;
    EXPECT_EQ(image->pixels.size(), size_t{3} * image->width * image->height) << file.name;
    EXPECT_LE(int64_t{image->width} * image->height, kLimits.max_pixels) << file.name;
  } else {
    EXPECT_EQ(image.status().code(), absl::StatusCode::kInvalidArgument) << file.name << ": " << image.status();
    EXPECT_THAT(std::string(image.status().message()), StartsWith("image: ")) << file.name;
    EXPECT_GT(image.status().message().size(), 15u) << file.name;
  }
}

TEST(HostileImagesTest, GiveAPictureOrAClearRefusal) {
  const std::vector<ImageSeed> files = MakeHostileImages();
  EXPECT_THAT(files, SizeIs(testing::Ge(1000)));
  for (const ImageSeed& file : files) ExpectPictureOrRefusal(file, DecodeImage(file.bytes, kLimits));
}

TEST(HostileImagesTest, GiveAPictureOrAClearRefusalAtReducedScaleAndCropped) {
  const DecodeOptions options{.crop = CropBox{0.25f, 0.1f, 0.9f, 0.75f}, .sufficient_side = 1};
  for (const ImageSeed& file : MakeHostileImages()) {
    ExpectPictureOrRefusal(file, DecodeImage(file.bytes, kLimits, options));
  }
}

TEST(HostileImagesTest, TakeNoMoreMemoryThanTheLimit) {
  if (!CountsMemory()) GTEST_SKIP() << "a sanitizer brings its own allocator";
  for (const ImageSeed& file : MakeHostileImages()) {
    StartCountingMemory();
    const bool decoded = DecodeImage(file.bytes, kLimits).ok();
    EXPECT_LE(PeakBytes(), kLimits.max_decoded_bytes + kSlack) << file.name << (decoded ? ", decoded" : ", refused");
  }
}

// The estimate that decides is not below what a sound file takes.
TEST(HostileImagesTest, SoundPicturesTakeWhatWasEstimated) {
  if (!CountsMemory()) GTEST_SKIP() << "a sanitizer brings its own allocator";
  for (const ImageSeed& file : MakeImageSeeds()) {
    StartCountingMemory();
    ASSERT_TRUE(DecodeImage(file.bytes, kLimits).ok()) << file.name;
    const int64_t peak = PeakBytes();
    const std::string refusal = RefusalOf(file.bytes, {.max_decoded_bytes = 1});
    EXPECT_GE(peak, 3 * 40 * 28) << file.name;  // the picture itself, or the count counts nothing
    EXPECT_LE(peak, std::stoll(refusal.substr(refusal.find("takes ") + 6)) + kSlack) << file.name;
  }
}

// 16,384 groups of codes, 12 kB each or more, for a picture of 3 MB: libwebp takes their memory before it reads one.
TEST(HostileImagesTest, AWebpOfTooManyCodesIsRefused) {
  EXPECT_THAT(RefusalOf(MakeWebpOfManyCodes(512), kLimits), testing::HasSubstr("max-image-decoded-bytes"));
  EXPECT_THAT(RefusalOf(MakeWebpOfManyCodes(64), kLimits), testing::HasSubstr("damaged"));
}

TEST(HostileImagesTest, LeaveStandardErrorAndOutputAlone) {
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  for (const ImageSeed& file : MakeHostileImages()) DecodeImage(file.bytes, kLimits).IgnoreError();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

}  // namespace
}  // namespace lookalike
