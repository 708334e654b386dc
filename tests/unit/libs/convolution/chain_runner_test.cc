// SPDX-License-Identifier: Apache-2.0
#include "libs/convolution/chain_runner.h"

#include <future>
#include <limits>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/libs/convolution/plain_convolution.h"

namespace lookalike {
namespace {

using testing::HasSubstr;

constexpr double kTolerance = 2e-6;  // of a few layers of floats

struct Size {
  size_t height, width;
};

// Every test runs with every set of kernels that this processor has.
class ChainRunnerTest : public testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<ChainRunner> Runner(const ConvolutionChain& chain, size_t helpers = 0) {
    const auto packed = PackedChain::Create(chain, GetParam());
    EXPECT_TRUE(packed.ok()) << packed.status();
    return std::make_unique<ChainRunner>(*packed, helpers);
  }

  static std::vector<float> Output(ChainRunner& runner, const std::vector<float>& input, size_t batch, Size size) {
    std::vector<float> output(batch * runner.chain().outputs(), -1);
    EXPECT_TRUE(runner.Run(input.data(), batch, size.height, size.width, output.data()).ok());
    return output;
  }

  void ExpectExact(const ConvolutionChain& chain, Size size, size_t batch = 1, size_t helpers = 0) {
    const auto input = RandomPictures(batch * chain.layers.front().inputs * size.height * size.width);
    const auto found = Output(*Runner(chain, helpers), input, batch, size);
    EXPECT_LT(RelativeError(found, PlainOutput(chain, input, batch, size.height, size.width)), kTolerance)
        << batch << " pictures of " << size.height << " × " << size.width << ", " << chain.layers.size() << " layers";
  }
};

INSTANTIATE_TEST_SUITE_P(Kernels, ChainRunnerTest, testing::ValuesIn(PackedChain::AvailableKernels()),
                         [](const auto& kernels) { return kernels.param; });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ChainRunnerTest);

TEST_P(ChainRunnerTest, OneDirectLayer) { ExpectExact(RandomChain(3, {16}, {}), {9, 11}); }

TEST_P(ChainRunnerTest, OneDirectLayerWithPooling) { ExpectExact(RandomChain(3, {16}, {0}), {9, 11}); }

TEST_P(ChainRunnerTest, OneWinogradLayer) { ExpectExact(RandomChain(16, {16}, {}), {12, 8}); }

TEST_P(ChainRunnerTest, OneWinogradLayerWithPooling) { ExpectExact(RandomChain(16, {16}, {0}), {12, 8}); }

TEST_P(ChainRunnerTest, EveryHeightAndWidthWithAndWithoutPooling) {
  const ConvolutionChain plain = RandomChain(3, {8, 16}, {}), pooled = RandomChain(3, {8, 16, 8}, {1});
  for (size_t height = 2; height <= 10; ++height) {
    for (size_t width = 2; width <= 10; ++width) {
      ExpectExact(plain, {height, width});
      ExpectExact(pooled, {height, width});
    }
  }
}

TEST_P(ChainRunnerTest, EveryNumberOfPictureChannels) {
  for (size_t channels = 1; channels <= kMaxPictureChannels; ++channels) {
    ExpectExact(RandomChain(channels, {16, 8}, {}), {7, 7});
  }
  ExpectExact(RandomChain(24, {16, 8}, {}), {7, 7});
}

TEST_P(ChainRunnerTest, WidthsThatDoNotFillRegisters) {
  for (const size_t width : {8, 24, 40, 56, 72}) ExpectExact(RandomChain(3, {width, 88 - width, width}, {1}), {10, 13});
}

TEST_P(ChainRunnerTest, MoreTilesAndChannelsThanGoThroughAtATime) {
  ExpectExact(RandomChain(3, {8, 16}, {}), {61, 67});
  ExpectExact(RandomChain(320, {264, 16}, {}), {6, 6});
}

TEST_P(ChainRunnerTest, RandomChains) {
  std::mt19937 random(3);
  const auto upto = [&random](size_t most) { return 1 + random() % most; };
  for (int i = 0; i < 20; ++i) {
    std::vector<size_t> outputs, pooled;
    for (size_t layers = upto(5); outputs.size() < layers; outputs.push_back(8 * upto(6))) {
      if (pooled.size() < 2 && random() % 2 == 0) pooled.push_back(outputs.size());
    }
    ExpectExact(RandomChain(3, outputs, pooled, 10 * i), {3 + upto(20), 3 + upto(20)}, upto(6), random() % 3);
  }
}

TEST_P(ChainRunnerTest, AsDeepAsVgg16) {
  const std::vector<size_t> outputs = {8, 8, 16, 16, 24, 24, 24, 32, 32, 32, 32, 32, 32};
  ExpectExact(RandomChain(3, outputs, {1, 3, 6, 9, 12}), {37, 43});
}

TEST_P(ChainRunnerTest, HelpersAndCompanyChangeNoBit) {
  const ConvolutionChain chain = RandomChain(3, {16, 64, 32}, {0, 1});
  const auto input = RandomPictures(5 * 3 * 45 * 50);
  const auto together = Output(*Runner(chain), input, 5, {45, 50});
  for (const size_t helpers : {0, 1, 3}) {
    const auto runner = Runner(chain, helpers);
    EXPECT_EQ(Output(*runner, input, 5, {45, 50}), together) << helpers;
    for (size_t i = 0; i < 5; ++i) {
      const std::vector<float> picture(&input[i * 3 * 45 * 50], &input[i * 3 * 45 * 50] + 3 * 45 * 50);
      const std::vector<float> wanted(&together[i * 32], &together[i * 32] + 32);
      EXPECT_EQ(Output(*runner, picture, 1, {45, 50}), wanted) << helpers << " helpers, picture " << i;
    }
  }
}

TEST_P(ChainRunnerTest, AWorkspaceServesAnyShapeAfterAnyOther) {
  const ConvolutionChain chain = RandomChain(3, {16, 16, 8}, {1});
  const auto reused = Runner(chain);
  for (const Size size : {Size{20, 20}, {5, 9}, {40, 3}, {21, 19}, {4, 4}, {20, 20}}) {
    const auto input = RandomPictures(2 * 3 * size.height * size.width);
    EXPECT_EQ(Output(*reused, input, 2, size), Output(*Runner(chain), input, 2, size))
        << size.height << " × " << size.width;
  }
}

TEST_P(ChainRunnerTest, ManyThreadsShareOneChain) {
  const ConvolutionChain chain = RandomChain(3, {16, 32, 16}, {1});
  const auto runner = Runner(chain, 2);
  const auto run_many = [&](unsigned seed) {
    const auto input = RandomPictures(3 * 30 * 30, seed);
    const auto wanted = Output(*Runner(chain), input, 1, {30, 30});
    int wrong = 0;
    for (int i = 0; i < 30; ++i) wrong += Output(*runner, input, 1, {30, 30}) == wanted ? 0 : 1;
    return wrong;
  };
  std::vector<std::future<int>> threads;
  for (unsigned seed = 0; seed < 4; ++seed) threads.push_back(std::async(std::launch::async, run_many, seed));
  for (auto& thread : threads) EXPECT_EQ(thread.get(), 0);
}

TEST_P(ChainRunnerTest, WhatIsNoNumberStaysNone) {
  auto input = RandomPictures(3 * 20 * 20);
  for (const size_t position : {0, 199, 3 * 20 * 20 - 1}) {
    auto spoilt = input;
    spoilt[position] = std::numeric_limits<float>::quiet_NaN();
    const auto output = Output(*Runner(RandomChain(3, {16, 16, 8}, {1})), spoilt, 1, {20, 20});
    for (const float value : output) EXPECT_TRUE(std::isnan(value)) << position;
  }
}

TEST_P(ChainRunnerTest, RefusesPicturesThatThePoolingsLeaveNothingOf) {
  const auto runner = Runner(RandomChain(3, {8, 8}, {0, 1}));
  std::vector<float> input(3 * 4 * 3), output(8);
  const absl::Status status = runner->Run(input.data(), 1, 4, 3, output.data());
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("a picture of 3 × 4: the network's poolings want a side of 4"));
}

}  // namespace
}  // namespace lookalike
