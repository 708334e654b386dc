// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/convolution_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/encoding/vgg16.h"
#include "tests/unit/libs/encoding/chain_network.h"

namespace lookalike {
namespace {

using testing::Each;
using testing::HasSubstr;

class ConvolutionGraphTest : public testing::Test {
 protected:
  // Replaces one line of the plain network.
  std::vector<std::string> With(size_t line, const std::string& text) const {
    std::vector<std::string> lines = ChainNetwork::Plain();
    lines[line] = text;
    return lines;
  }

  void ExpectRead(const std::vector<std::string>& lines) const {
    const auto chain = ReadConvolutionChain(network_.Frozen(lines));
    ASSERT_TRUE(chain.ok()) << chain.status();
    ASSERT_EQ(chain->layers.size(), 2);
    EXPECT_TRUE(chain->layers[0].pooled);
    EXPECT_FALSE(chain->layers[1].pooled);
  }

  void ExpectRefused(const std::vector<std::string>& lines, const std::string& reason) const {
    const auto chain = ReadConvolutionChain(network_.Frozen(lines));
    EXPECT_EQ(chain.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(chain.status().message()), HasSubstr(reason));
  }

  // A first convolution with these arguments behind its weights and bias.
  void ExpectFirstRefused(const std::string& arguments, const std::string& reason) const {
    ExpectRefused(With(0, "x = torch.relu(torch.conv2d(x, self.first, self.first_bias, " + arguments + "))"), reason);
  }

  ChainNetwork network_;
};

TEST_F(ConvolutionGraphTest, ReadsWidthsWeightsAndBias) {
  const auto chain = ReadConvolutionChain(network_.Frozen(ChainNetwork::Plain()));
  ASSERT_TRUE(chain.ok()) << chain.status();
  ASSERT_EQ(chain->layers.size(), 2);
  EXPECT_EQ(chain->layers[0].inputs, 3);
  EXPECT_EQ(chain->layers[0].outputs, 8);
  EXPECT_EQ(chain->layers[1].outputs, 16);
  const at::Tensor second = network_.Build(ChainNetwork::Plain()).module.attr("second").toTensor();
  EXPECT_EQ(chain->layers[1].weights[(5 * 8 + 2) * 9 + 7], second[5][2][2][1].item<float>());
  const at::Tensor bias = network_.Build(ChainNetwork::Plain()).module.attr("second_bias").toTensor();
  EXPECT_EQ(chain->layers[1].bias[3], bias[3].item<float>());
}

TEST_F(ConvolutionGraphTest, ReadsVgg16) {
  const auto vgg16 = BuildVgg16(RandomVgg16Weights(1));
  const auto chain = ReadConvolutionChain({torch::jit::freeze((*vgg16)->module)});
  ASSERT_TRUE(chain.ok()) << chain.status();
  EXPECT_EQ(chain->layers.size(), 13);
  EXPECT_EQ(chain->layers.back().outputs, 512);
}

TEST_F(ConvolutionGraphTest, ReadsOtherSpellings) {
  ExpectRead(With(0, "x = torch.relu_(torch.conv2d(x, self.first, self.first_bias, 1, 1))"));
  ExpectRead(With(0,
                  "x = torch.relu(torch._convolution(x, self.first, self.first_bias, [1, 1], [1, 1], [1, 1], False, "
                  "[0, 0], 1, False, False, True, True))"));
  ExpectRead(With(1, "x = torch.max_pool2d(x, 2, 2)"));
  ExpectRead(With(3, "return torch.mean(x, [-1, -2])"));
  ExpectRead(With(3, "return torch.flatten(torch.mean(x, [2, 3], True), 1)"));
  ExpectRead(With(3, "return torch.flatten(torch.adaptive_avg_pool2d(x, [1, 1]), 1)"));
}

TEST_F(ConvolutionGraphTest, NoBiasIsZeroBias) {
  const auto chain =
      ReadConvolutionChain(network_.Frozen(With(0, "x = torch.relu(torch.conv2d(x, self.first, None, 1, 1))")));
  ASSERT_TRUE(chain.ok()) << chain.status();
  EXPECT_THAT(chain->layers[0].bias, Each(0.0f));
}

TEST_F(ConvolutionGraphTest, RefusesOtherConvolutions) {
  ExpectFirstRefused("[2, 2], [1, 1]", "convolution 1 has stride 2 × 2, wanted 1 × 1");
  ExpectFirstRefused("[1, 1], [0, 0]", "convolution 1 has padding 0 × 0, wanted 1 × 1");
  ExpectFirstRefused("[1, 1], [1, 2]", "convolution 1 has padding 1 × 2, wanted 1 × 1");
  ExpectFirstRefused("[1, 1], [1, 1], [2, 2]", "convolution 1 has dilation 2 × 2, wanted 1 × 1");
  ExpectFirstRefused("[1, 1], 'same'", "convolution 1 has padding that are no constant numbers");
}

TEST_F(ConvolutionGraphTest, RefusesOtherKernels) {
  network_.Add("wide", torch::randn({8, 3, 5, 5}));
  ExpectRefused(With(0, "x = torch.relu(torch.conv2d(x, self.wide, self.first_bias, [1, 1], [1, 1]))"),
                "convolution 1 has kernel 5 × 5, wanted 3 × 3");
}

TEST_F(ConvolutionGraphTest, RefusesGroups) {
  network_.Add("grouped", torch::randn({16, 4, 3, 3}));
  ExpectRefused(With(2, "x = torch.relu(torch.conv2d(x, self.grouped, self.second_bias, [1, 1], [1, 1], [1, 1], 2))"),
                "convolution 2 has groups 2, wanted 1");
}

TEST_F(ConvolutionGraphTest, RefusesOddWidths) {
  network_.Add("odd", torch::randn({12, 8, 3, 3}));
  network_.Add("odd_bias", torch::randn({12}));
  ExpectRefused(With(2, "x = torch.relu(torch.conv2d(x, self.odd, self.odd_bias, [1, 1], [1, 1]))"),
                "convolution 2 has 12 output channels, wanted a multiple of 8");
}

TEST_F(ConvolutionGraphTest, RefusesOtherTypes) {
  network_.Add("precise", torch::randn({8, 3, 3, 3}, at::kDouble));
  network_.Add("precise_bias", torch::randn({8}, at::kDouble));
  ExpectRefused(With(0, "x = torch.relu(torch.conv2d(x, self.precise, self.precise_bias, [1, 1], [1, 1]))"),
                "convolution 1 has weight of type Double, wanted Float");
}

TEST_F(ConvolutionGraphTest, RefusesWeightsThatAreComputed) {
  ExpectRefused(With(0, "x = torch.relu(torch.conv2d(x, self.first * x[0, 0, 0, 0], self.first_bias, 1, 1))"),
                "wanted another or the mean over the picture");
  ExpectRefused(With(2, "x = torch.relu(torch.conv2d(x, self.second, torch.mean(x, [0, 2, 3]).repeat(2), 1, 1))"),
                "after 1 convolutions comes the end");
}

TEST_F(ConvolutionGraphTest, RefusesOtherPooling) {
  ExpectRefused(With(1, "x = torch.max_pool2d(x, [3, 3])"), "the pooling after convolution 1 has kernel_size 3 × 3");
  ExpectRefused(With(1, "x = torch.max_pool2d(x, [2, 2], [1, 1])"), "stride 1 × 1, wanted 2 × 2");
  ExpectRefused(With(1, "x = torch.max_pool2d(x, [2, 2], [2, 2], [1, 1])"), "padding 1 × 1, wanted 0 × 0");
  ExpectRefused(With(1, "x = torch.max_pool2d(x, [2, 2], [2, 2], [0, 0], [2, 2])"), "dilation 2 × 2, wanted 1 × 1");
  ExpectRefused(With(1, "x = torch.max_pool2d(x, [2, 2], [2, 2], [0, 0], [1, 1], True)"), "ceil_mode");
}

TEST_F(ConvolutionGraphTest, RefusesOtherOperators) {
  ExpectRefused(With(1, "x = torch.sigmoid(x)"), "after 1 convolutions comes aten::sigmoid");
  ExpectRefused(With(0, "x = torch.sigmoid(torch.conv2d(x, self.first, self.first_bias, 1, 1))"),
                "after convolution 1 comes aten::sigmoid, wanted aten::relu");
  ExpectRefused({"return torch.mean(x, [2, 3])"}, "after 0 convolutions comes aten::mean");
}

TEST_F(ConvolutionGraphTest, RefusesOtherEnds) {
  ExpectRefused(With(3, "return torch.mean(x, [1, 2])"), "after 2 convolutions comes aten::mean");
  ExpectRefused(With(3, "return torch.mean(x, [2, 3], False, dtype=7)"), "comes aten::mean");
  ExpectRefused(With(3, "return torch.mean(x, [2, 3], True)"), "comes aten::mean");
  ExpectRefused(With(3, "return torch.flatten(torch.adaptive_avg_pool2d(x, [2, 2]), 1)"), "aten::adaptive_avg_pool2d");
  ExpectRefused(With(3, "return torch.exp(torch.mean(x, [2, 3]))"), "not the network's only output");
  ExpectRefused(With(3, "return x"), "comes the end");
}

TEST_F(ConvolutionGraphTest, RefusesASidePath) {
  ExpectRefused(With(1, "x = torch.max_pool2d(x + torch.relu(x), [2, 2])"), "after 1 convolutions comes the end");
}

}  // namespace
}  // namespace lookalike
