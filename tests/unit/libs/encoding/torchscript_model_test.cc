// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/torchscript_model.h"

#include <future>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/cuda.h>

#include "absl/time/time.h"

#include "libs/convolution/packed_chain.h"
#include "libs/encoding/local_encoder.h"
#include "libs/encoding/vgg16.h"
#include "libs/image/encode.h"
#include "libs/vector/dot.h"
#include "tests/unit/libs/encoding/torchscript_builder.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;
using testing::SizeIs;

ModelBundle SmallBundle(const std::string& body = "return torch.mean(x, [2, 3]) * self.gain") {
  return {"small-0123456789abcdef", SmallManifest(), std::make_shared<const TorchModule>(SmallNetwork(body))};
}

ModelBundle StarterBundle() {
  ModelManifest manifest;
  manifest.name = "vgg16-gap";
  manifest.dimension = kVgg16Dimension;
  manifest.preprocessing = *PreprocessingProfile("starter", 64);
  manifest.weights = WeightsProvenance::kStarter;
  const auto weights = ReadVgg16Weights(*SafetensorsFile::Open("models/starter-vgg16-gap.safetensors"));
  return {"vgg16-gap-0123456789abcdef", manifest, *BuildVgg16(*weights)};
}

std::unique_ptr<TorchScriptModel> OnCpu(const ModelBundle& bundle) {
  auto model = TorchScriptModel::Create(bundle, "cpu");
  EXPECT_TRUE(model.ok()) << model.status();
  return *std::move(model);
}

// Pictures of one colour each, as a SmallNetwork's input.
std::vector<float> Pictures(std::initializer_list<std::array<float, 3>> colours) {
  std::vector<float> inputs;
  for (const auto& colour : colours) {
    for (const float channel : colour) inputs.insert(inputs.end(), 16, channel);
  }
  return inputs;
}

absl::StatusCode DeviceRefusal(const std::string& device) {
  return TorchScriptModel::Create(SmallBundle(), device).status().code();
}

TEST(TorchScriptModelTest, TellsWhatItIs) {
  const auto model = OnCpu(SmallBundle());
  EXPECT_EQ(model->info().id, "small-0123456789abcdef");
  EXPECT_EQ(model->info().name, "small");
  EXPECT_EQ(model->info().dimension, 3);
  EXPECT_EQ(model->info().input_size, 4);
  EXPECT_EQ(model->info().device, "cpu");
  EXPECT_EQ(model->info().weights, "imported");
}

TEST(TorchScriptModelTest, TellsItsEngineOrWhyNotTheFaster) {
  EXPECT_EQ(OnCpu(SmallBundle())->info().engine,
            "torchscript (after 0 convolutions comes aten::mean, wanted another or the mean over the picture)");
  const std::string engine = OnCpu(StarterBundle())->info().engine;
  if (PackedChain::AvailableKernels().empty()) {
    EXPECT_THAT(engine, HasSubstr("torchscript (this processor has none of"));
  } else {
    EXPECT_EQ(engine, "winograd-" + PackedChain::AvailableKernels().front());
  }
}

TEST(TorchScriptModelTest, EveryEngineEmbedsTheSame) {
  using Engine = TorchScriptModel::Engine;
  const at::Tensor noise = torch::randn({2, 3, 64, 64}) * 50;
  const std::span<const float> inputs(noise.data_ptr<float>(), noise.numel());
  const auto wanted = OnCpu(StarterBundle())->Run(inputs, 2);
  for (const Engine engine : {Engine::kOptimized, Engine::kFrozen}) {
    const auto model = TorchScriptModel::Create(StarterBundle(), "cpu", {.engine = engine, .helpers = {}});
    ASSERT_TRUE(model.ok()) << model.status();
    EXPECT_EQ((*model)->info().engine, "torchscript");
    const auto found = (*model)->Run(inputs, 2);
    for (size_t i = 0; i < 2; ++i) EXPECT_THAT(*found[i], Pointwise(FloatNear(1e-5f), *wanted[i]));
  }
}

TEST(TorchScriptModelTest, NormalisesEveryRow) {
  const auto results = OnCpu(SmallBundle())->Run(Pictures({{3, 0, 4}, {0, 2, 0}}), 2);
  ASSERT_THAT(results, SizeIs(2));
  EXPECT_THAT(*results[0], ElementsAre(FloatEq(0.6f), 0, FloatEq(0.8f)));
  EXPECT_THAT(*results[1], ElementsAre(0, 1, 0));
}

TEST(TorchScriptModelTest, AnOutputWithoutDirectionFailsItsPictureAlone) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto results = OnCpu(SmallBundle())->Run(Pictures({{0, 0, 0}, {1, 0, 0}, {1, nan, 0}}), 3);
  EXPECT_EQ(results[0].status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(results[1].ok());
  EXPECT_EQ(results[2].status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(TorchScriptModelTest, AFailedPassFailsEveryPicture) {
  const auto model = OnCpu(SmallBundle("return torch.reshape(x, [7, 7])"));
  for (const auto& result : model->Run(Pictures({{1, 0, 0}, {1, 1, 0}}), 2)) {
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInternal);
  }
}

TEST(TorchScriptModelTest, RefusesInputOfAnotherLength) {
  const auto results = OnCpu(SmallBundle())->Run(Pictures({{1, 0, 0}}), 2);
  ASSERT_THAT(results, SizeIs(2));
  EXPECT_THAT(std::string(results[0].status().message()), HasSubstr("48 values for 2 pictures, wanted 96"));
}

TEST(TorchScriptModelTest, RefusesDevicesThatItDoesNotKnow) {
  for (const char* device : {"", "gpu", "cpu:1", "cuda:x", "cuda:-1", "xla"}) {
    EXPECT_EQ(DeviceRefusal(device), absl::StatusCode::kInvalidArgument) << device;
  }
}

TEST(TorchScriptModelTest, RefusesDevicesThatAreNotThere) {
  EXPECT_EQ(DeviceRefusal("cuda:99"), absl::StatusCode::kFailedPrecondition);
  if (torch::cuda::is_available()) GTEST_SKIP() << "this machine has CUDA";
  EXPECT_EQ(DeviceRefusal("cuda"), absl::StatusCode::kFailedPrecondition);
}

TEST(TorchScriptModelTest, ChoosesTheDeviceByItself) {
  const auto model = TorchScriptModel::Create(SmallBundle(), "auto");
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ((*model)->info().device, torch::cuda::is_available() ? "cuda:0" : "cpu");
}

TEST(TorchScriptModelTest, AnEmbeddingDoesNotDependOnItsCompanyOrThread) {
  const auto model = OnCpu(StarterBundle());
  const at::Tensor noise = torch::randn({3, 3, 64, 64}) * 50;
  const std::span<const float> inputs(noise.data_ptr<float>(), noise.numel());
  const auto together = model->Run(inputs, 3);
  std::vector<std::future<std::vector<absl::StatusOr<Embedding>>>> alone;
  for (size_t i = 0; i < 3; ++i) {
    const auto input = inputs.subspan(i * 3 * 64 * 64, 3 * 64 * 64);
    alone.push_back(std::async(std::launch::async, [&model, input] { return model->Run(input, 1); }));
  }
  for (size_t i = 0; i < 3; ++i) EXPECT_THAT(*alone[i].get()[0], Pointwise(FloatNear(1e-5f), *together[i]));
}

// A PNG of a disc or a square on white.
std::string Shape(bool round, int centre) {
  Image image{.width = 100, .height = 100, .pixels = std::vector<uint8_t>(100 * 100 * 3, 255)};
  for (int y = 0; y < 100; ++y) {
    for (int x = 0; x < 100; ++x) {
      const int dx = x - centre, dy = y - centre;
      const bool inside = round ? dx * dx + dy * dy < 900 : std::abs(dx) < 27 && std::abs(dy) < 27;
      if (inside) std::fill_n(&image.pixels[(y * 100 + x) * 3], 3, 40);
    }
  }
  return *EncodePng(image);
}

TEST(TorchScriptModelTest, TheStarterModelTellsADiscFromASquare) {
  auto encoder = LocalEncoder::Create({}, OnCpu(StarterBundle()));
  ASSERT_TRUE(encoder.ok()) << encoder.status();
  const std::string disc = Shape(true, 45), moved = Shape(true, 55), square = Shape(false, 45);
  const std::vector<ImageInput> images = {{disc, std::nullopt}, {moved, std::nullopt}, {square, std::nullopt}};
  const auto encoded = (*encoder)->Encode(images, {});
  ASSERT_TRUE(encoded.ok()) << encoded.status();
  const auto similarity = [&](size_t a, size_t b) {
    return Dot(encoded->embeddings[a]->data(), encoded->embeddings[b]->data(), kVgg16Dimension);
  };
  EXPECT_GT(similarity(0, 1), similarity(0, 2) + 0.02f);
}

}  // namespace
}  // namespace lookalike
