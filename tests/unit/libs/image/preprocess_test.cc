// SPDX-License-Identifier: Apache-2.0
#include "libs/image/preprocess.h"

#include <cmath>
#include <cstring>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/libs/image/golden.h"

namespace lookalike {
namespace {

using testing::Each;
using testing::HasSubstr;

struct GoldenCase {
  const char* picture;
  const char* profile;
  int input_size;
  float tolerance;  // in the units of the output
};

std::vector<float> ReadFloats(const std::string& name) {
  const std::string bytes = ReadGolden(name);
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

std::vector<float> PreprocessOrDie(const Image& image, const Preprocessing& preprocessing) {
  std::vector<float> output(InputValues(preprocessing), std::numeric_limits<float>::quiet_NaN());
  const absl::Status status = Preprocess(image, preprocessing, output);
  EXPECT_TRUE(status.ok()) << status;
  return output;
}

Image Uniform(int width, int height, uint8_t value) {
  return {.width = width, .height = height, .pixels = std::vector<uint8_t>(size_t{3} * width * height, value)};
}

std::string RefusalOf(const Preprocessing& preprocessing) {
  const absl::Status status = ValidatePreprocessing(preprocessing);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

class GoldenTest : public testing::TestWithParam<GoldenCase> {};

TEST_P(GoldenTest, GivesTheExpectedInput) {
  const GoldenCase& golden = GetParam();
  const auto preprocessing = PreprocessingProfile(golden.profile, golden.input_size);
  ASSERT_TRUE(preprocessing.ok()) << preprocessing.status();
  const std::string name = golden.picture;
  const auto wanted = ReadFloats(name + "_" + golden.profile + "_" + std::to_string(golden.input_size) + ".f32");
  const auto found = PreprocessOrDie(DecodeGolden(name + ".png"), *preprocessing);
  ASSERT_EQ(found.size(), wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i) ASSERT_NEAR(found[i], wanted[i], golden.tolerance) << "value " << i;
}

// Keras and torchvision pixel by pixel. One level of 255 for OpenCV's mean of an area, which rounds in its own way.
INSTANTIATE_TEST_SUITE_P(Profiles, GoldenTest,
                         testing::Values(GoldenCase{"textured_37x53", "keras", 16, 1e-5f},
                                         GoldenCase{"textured_90x40", "keras", 32, 1e-5f},
                                         GoldenCase{"textured_11x20", "keras", 16, 1e-5f},
                                         GoldenCase{"textured_13x9", "keras", 16, 1e-5f},
                                         GoldenCase{"textured_37x53", "torchvision", 16, 1e-5f},
                                         GoldenCase{"textured_90x40", "torchvision", 32, 1e-5f},
                                         GoldenCase{"textured_11x20", "torchvision", 16, 1e-5f},
                                         GoldenCase{"textured_13x9", "torchvision", 16, 1e-5f},
                                         GoldenCase{"textured_37x53", "starter", 16, 1.001f},
                                         GoldenCase{"textured_90x40", "starter", 32, 1.001f}),
                         [](const auto& test) { return std::string(test.param.picture) + "_" + test.param.profile; });

// At this pair of sizes some centres fall on the edge between two pixels, where only PIL's own order of rounding gives
// PIL's choice.
TEST(PreprocessTest, NearestDecidesTiesAsPilDoes) {
  Image row{.width = 160, .height = 1, .pixels = {}};
  for (int x = 0; x < row.width; ++x) row.pixels.insert(row.pixels.end(), 3, static_cast<uint8_t>(x));
  const auto found = PreprocessOrDie(row, {.input_size = 48, .interpolation = Interpolation::kNearest});
  const std::string wanted = ReadGolden("nearest_160_to_48.u8");
  ASSERT_EQ(wanted.size(), 48u);
  for (size_t x = 0; x < wanted.size(); ++x) EXPECT_EQ(found[x], static_cast<uint8_t>(wanted[x])) << "pixel " << x;
}

TEST(PreprocessTest, EveryProfileKeepsAUniformPictureUniform) {
  for (const char* profile : {"keras", "torchvision", "starter"}) {
    for (const auto& [width, height] : {std::pair{3, 5}, {200, 31}, {31, 200}, {16, 16}, {1, 1}, {1, 90}, {64, 8}}) {
      Preprocessing preprocessing = PreprocessingProfile(profile, 16).value();
      preprocessing.mean = {0, 0, 0};
      preprocessing.std = {1, 1, 1};
      preprocessing.scale = 1;
      const auto output = PreprocessOrDie(Uniform(width, height, 77), preprocessing);
      EXPECT_THAT(output, Each(77.0f)) << profile << ", " << width << " × " << height;
    }
  }
}

TEST(PreprocessTest, WritesTheChannelsInTheirOrder) {
  const Image orange{.width = 1, .height = 1, .pixels = {255, 128, 0}};
  Preprocessing preprocessing{.input_size = 1, .scale = 0.5f, .mean = {1, 2, 3}, .std = {1, 2, 4}};
  EXPECT_THAT(PreprocessOrDie(orange, preprocessing), testing::ElementsAre(126.5f, 31.0f, -0.75f));
  preprocessing.channel_order = ChannelOrder::kBgr;
  EXPECT_THAT(PreprocessOrDie(orange, preprocessing), testing::ElementsAre(-1.0f, 31.0f, 31.125f));
}

// The whole resized picture would take 50 gigabytes.
TEST(PreprocessTest, AVeryLongPictureCostsNoMoreThanItsCrop) {
  const auto preprocessing = PreprocessingProfile("torchvision", 224).value();
  EXPECT_EQ(PreprocessOrDie(Uniform(1, 250'000, 9), preprocessing).size(), InputValues(preprocessing));
}

TEST(PreprocessTest, RefusesAnEmptyPictureAndAWrongLength) {
  const auto preprocessing = PreprocessingProfile("starter", 8).value();
  std::vector<float> output(InputValues(preprocessing));
  EXPECT_THAT(std::string(Preprocess(Image(), preprocessing, output).message()), HasSubstr("empty"));
  output.pop_back();
  EXPECT_THAT(std::string(Preprocess(Uniform(2, 2, 0), preprocessing, output).message()), HasSubstr("room for 191"));
}

TEST(PreprocessingProfileTest, RefusesOtherNamesAndSizes) {
  EXPECT_THAT(std::string(PreprocessingProfile("Keras", 224).status().message()), HasSubstr("\"Keras\""));
  for (const int size : {-1, 0, 4097}) {
    EXPECT_THAT(std::string(PreprocessingProfile("keras", size).status().message()), HasSubstr("input_size"));
  }
}

TEST(PreprocessingProfileTest, TorchvisionResizesTo256For224) {
  EXPECT_EQ(PreprocessingProfile("torchvision", 224)->resize_size, 256);
}

TEST(ValidatePreprocessingTest, AcceptsEveryProfileAtEverySize) {
  for (const char* profile : {"keras", "torchvision", "starter"}) {
    for (const int size : {1, 2, 3, 224, 4096}) {
      EXPECT_TRUE(ValidatePreprocessing(PreprocessingProfile(profile, size).value()).ok()) << profile << ' ' << size;
    }
  }
}

TEST(ValidatePreprocessingTest, NamesTheFieldThatIsWrong) {
  const Preprocessing crop{.input_size = 32, .resize_rule = ResizeRule::kShorterSideAndCrop, .resize_size = 32};
  EXPECT_TRUE(ValidatePreprocessing(crop).ok());
  Preprocessing wrong = crop;
  wrong.resize_size = 31;
  EXPECT_THAT(RefusalOf(wrong), HasSubstr("resize_size 31 (wanted: 32 to 8192)"));
  wrong = crop;
  wrong.interpolation = Interpolation::kArea;
  EXPECT_THAT(RefusalOf(wrong), HasSubstr("area"));
  wrong = crop;
  wrong.std[2] = 0;
  EXPECT_THAT(RefusalOf(wrong), HasSubstr("channel 2"));
  wrong = crop;
  wrong.mean[1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(RefusalOf(wrong), HasSubstr("channel 1"));
  wrong = crop;
  wrong.scale = std::numeric_limits<float>::infinity();
  EXPECT_THAT(RefusalOf(wrong), HasSubstr("scale"));
}

}  // namespace
}  // namespace lookalike
