// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/vgg16.h"

#include <algorithm>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/encoding/torch_module.h"
#include "tests/unit/libs/encoding/safetensors_builder.h"

namespace lookalike {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Weights under which every layer hands channel i of its input on as channel i of its output, unchanged where it is
// not negative. The output can then be told by hand: the maximum over each 32 × 32 block, averaged over the blocks.
NamedTensors PassThroughWeights() {
  NamedTensors weights = RandomVgg16Weights(0);
  for (auto& [name, tensor] : weights) {
    std::fill(tensor.values.begin(), tensor.values.end(), 0.0f);
    if (tensor.shape.size() != 4) continue;
    const int64_t outputs = tensor.shape[0], inputs = tensor.shape[1];
    for (int64_t i = 0; i < std::min(outputs, inputs); ++i) tensor.values[(i * inputs + i) * 9 + 4] = 1;
  }
  return weights;
}

at::Tensor OutputOf(const NamedTensors& weights, const at::Tensor& input) {
  const auto module = BuildVgg16(weights);
  EXPECT_TRUE(module.ok()) << module.status();
  const c10::InferenceMode no_gradients;
  torch::jit::Module copy = (*module)->module;
  return copy.forward({input}).toTensor();
}

std::string RefusalOf(const NamedTensors& weights) {
  const auto module = BuildVgg16(weights);
  EXPECT_EQ(module.status().code(), absl::StatusCode::kInvalidArgument);

  const std::string bytes = SafetensorsBytes(weights);
  const auto read = ReadVgg16Weights(*SafetensorsFile::Parse(bytes));
  EXPECT_EQ(read.status(), module.status()) << "the file is refused otherwise";
  return std::string(module.status().message());
}

TEST(Vgg16Test, PoolsByTheMaximumThenAverages) {
  at::Tensor input = torch::zeros({1, 3, 64, 64});
  input[0][0][3][5] = 8;     // in the first of four blocks
  input[0][0][40][50] = 4;   // in the last
  input[0][2][0][63] = 100;  // in the second, of another channel
  input[0][1][9][9] = -7;    // ReLU cuts it off
  const at::Tensor output = OutputOf(PassThroughWeights(), input);
  EXPECT_EQ(output.sizes(), at::IntArrayRef({1, kVgg16Dimension}));
  EXPECT_EQ(output[0][0].item<float>(), 3);
  EXPECT_EQ(output[0][1].item<float>(), 0);
  EXPECT_EQ(output[0][2].item<float>(), 25);
}

TEST(Vgg16Test, AddsTheBiasesBeforeReLU) {
  NamedTensors weights = PassThroughWeights();
  weights["features.28.bias"].values[7] = 0.5f;
  weights["features.28.bias"].values[8] = -0.5f;
  weights["features.0.bias"].values[1] = 2;
  const at::Tensor output = OutputOf(weights, torch::zeros({1, 3, 32, 32}));
  EXPECT_EQ(output[0][7].item<float>(), 0.5f);
  EXPECT_EQ(output[0][8].item<float>(), 0);
  EXPECT_EQ(output[0][1].item<float>(), 2);
}

TEST(Vgg16Test, LooksAtNeighboursInPytorchsOrderAndAtZerosBeyondTheEdge) {
  NamedTensors weights = PassThroughWeights();
  std::vector<float>& kernel = weights["features.0.weight"].values;
  std::fill(kernel.begin(), kernel.begin() + 9, 0.0f);
  kernel[5] = 1;  // the neighbour to the right
  at::Tensor input = torch::zeros({2, 3, 32, 64});
  input[0][0][0][32] = 6;  // moves left, into the first block
  input[1][0][0][0] = 6;   // moves left, out of the picture
  const at::Tensor output = OutputOf(weights, input);
  EXPECT_EQ(output[0][0].item<float>(), 3);
  EXPECT_EQ(output[1][0].item<float>(), 0);
}

TEST(Vgg16Test, ParametersHaveTorchvisionsNames) {
  const NamedTensors weights = PassThroughWeights();
  const auto module = BuildVgg16(weights);
  ASSERT_TRUE(module.ok());
  size_t parameters = 0;
  for (const auto& parameter : (*module)->module.named_parameters()) {
    ++parameters;
    EXPECT_EQ(weights.count(parameter.name), 1) << parameter.name;
  }
  EXPECT_EQ(parameters, 26);
}

TEST(Vgg16Test, RandomWeightsFollowTheSeedBitByBit) {
  const NamedTensors weights = RandomVgg16Weights(1);
  const std::vector<float>& first = weights.at("features.0.weight").values;
  EXPECT_EQ(RandomVgg16Weights(1).at("features.28.weight").values, weights.at("features.28.weight").values);
  EXPECT_NE(RandomVgg16Weights(2).at("features.0.weight").values, first);
  // The same on every machine: model ids depend on it.
  EXPECT_EQ(first[0], -0.345184416f);
  EXPECT_EQ(weights.at("features.28.weight").values.back(), -0.0306847617f);
}

TEST(Vgg16Test, RandomWeightsKeepTheVariance) {
  const at::Tensor output = OutputOf(RandomVgg16Weights(1), torch::randn({1, 3, 32, 32}));
  const float magnitude = output.square().mean().sqrt().item<float>();
  EXPECT_GT(magnitude, 0.1f);
  EXPECT_LT(magnitude, 10.0f);
}

TEST(Vgg16Test, NamesAMissingTensorAndItsShape) {
  NamedTensors weights = PassThroughWeights();
  weights.erase("features.10.weight");
  EXPECT_THAT(RefusalOf(weights), HasSubstr("\"features.10.weight\" [256, 128, 3, 3] is missing"));
}

TEST(Vgg16Test, NamesTheShapeFoundAndTheOneWanted) {
  NamedTensors weights = PassThroughWeights();
  weights["features.2.weight"].shape = {64, 576};
  EXPECT_THAT(RefusalOf(weights),
              AllOf(HasSubstr("\"features.2.weight\""), HasSubstr("[64, 576]"), HasSubstr("wanted [64, 64, 3, 3]")));
}

TEST(Vgg16Test, RefusesTensorsOfAnotherNetworkButIgnoresTheClassifier) {
  NamedTensors weights = PassThroughWeights();
  weights["classifier.0.weight"] = {{2, 2}, {1, 2, 3, 4}};
  EXPECT_TRUE(BuildVgg16(weights).ok());
  weights["features.1.running_mean"] = {{1}, {0}};
  EXPECT_THAT(RefusalOf(weights), HasSubstr("\"features.1.running_mean\" is no part of VGG16"));
}

TEST(Vgg16Test, RefusesWeightsThatAreNotFinite) {
  NamedTensors weights = PassThroughWeights();
  weights["features.5.bias"].values[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(RefusalOf(weights), HasSubstr("\"features.5.bias\" holds a value that is not finite"));
}

TEST(Vgg16Test, ReadsTheStarterWeights) {
  const auto file = SafetensorsFile::Open("models/starter-vgg16-gap.safetensors");
  ASSERT_TRUE(file.ok()) << file.status();
  const auto weights = ReadVgg16Weights(*file);
  ASSERT_TRUE(weights.ok()) << weights.status();
  EXPECT_EQ(weights->size(), 26);
}

}  // namespace
}  // namespace lookalike
