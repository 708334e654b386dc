// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/encoder_load.h"

#include <atomic>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::SizeIs;

// Answers every picture with its first value, and a picture that begins with 0 with an error.
class FirstValueModel : public EmbeddingModel {
 public:
  const ModelInfo& info() const override { return info_; }
  const Preprocessing& preprocessing() const override { return preprocessing_; }
  std::vector<absl::StatusOr<Embedding>> Run(std::span<const float> inputs, size_t batch) override {
    pictures += batch;
    std::vector<absl::StatusOr<Embedding>> results;
    for (size_t i = 0; i < batch; ++i) {
      const float first = inputs[i * InputValues(preprocessing_)];
      if (first == 0) results.emplace_back(absl::InvalidArgumentError("dark"));
      if (first != 0) results.emplace_back(Embedding{first});
    }
    return results;
  }

  std::atomic<size_t> pictures = 0;

 private:
  const ModelInfo info_;
  const Preprocessing preprocessing_ = {.input_size = 2};
};

TEST(EncoderLoadTest, NoiseIsTheSameForTheSameSeed) {
  const Preprocessing small = {.input_size = 2};
  EXPECT_THAT(NoisePictures(small, 3, 1), SizeIs(3 * 3 * 2 * 2));
  EXPECT_EQ(NoisePictures(small, 3, 1), NoisePictures(small, 3, 1));
  EXPECT_NE(NoisePictures(small, 3, 1), NoisePictures(small, 3, 2));
}

TEST(EncoderLoadTest, APassReturnsEveryEmbedding) {
  FirstValueModel model;
  std::vector<float> inputs(24, 7);
  inputs[12] = 8;
  const auto pass = RunTimed(model, inputs, 2);
  ASSERT_TRUE(pass.ok()) << pass.status();
  EXPECT_THAT(pass->embeddings, ElementsAre(Embedding{7}, Embedding{8}));
  EXPECT_GE(pass->milliseconds, 0);
}

TEST(EncoderLoadTest, APassWithAPictureThatFailsFails) {
  FirstValueModel model;
  EXPECT_EQ(RunTimed(model, std::vector<float>(12), 1).status().message(), "dark");
  EXPECT_EQ(ConcurrentPicturesPerSecond(model, std::vector<float>(12), 2, 3).status().message(), "dark");
}

TEST(EncoderLoadTest, EveryThreadMakesItsPasses) {
  FirstValueModel model;
  const auto rate = ConcurrentPicturesPerSecond(model, std::vector<float>(12, 1), 3, 5);
  ASSERT_TRUE(rate.ok()) << rate.status();
  EXPECT_EQ(model.pictures, 15);
  EXPECT_GT(*rate, 0);
}

TEST(EncoderLoadTest, CosinesAreOfTheMostDifferentPair) {
  EXPECT_EQ(MaxOneMinusCosine({{1, 0}, {0, 2}}, {{3, 0}, {0, 1}}), 0);
  EXPECT_THAT(MaxOneMinusCosine({{1, 0}, {0, 1}}, {{3, 0}, {1, 1}}), DoubleNear(1 - std::sqrt(0.5), 1e-12));
}

}  // namespace
}  // namespace lookalike
