// SPDX-License-Identifier: Apache-2.0
#include "libs/convolution/packed_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/libs/convolution/plain_convolution.h"

namespace lookalike {
namespace {

using testing::HasSubstr;

class PackedChainTest : public testing::Test {
 protected:
  void ExpectRefused(const std::string& message) {
    const auto packed = PackedChain::Create(chain_);
    EXPECT_EQ(packed.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(packed.status().message()), HasSubstr(message));
  }

  ConvolutionChain chain_ = RandomChain(3, {8, 16}, {1});
};

TEST_F(PackedChainTest, TellsItsWidthsAndKernels) {
  if (PackedChain::AvailableKernels().empty()) GTEST_SKIP() << "no kernels for this processor";
  const auto packed = PackedChain::Create(chain_);
  ASSERT_TRUE(packed.ok()) << packed.status();
  EXPECT_EQ((*packed)->inputs(), 3);
  EXPECT_EQ((*packed)->outputs(), 16);
  EXPECT_EQ((*packed)->kernels_name(), PackedChain::AvailableKernels().front());
}

TEST_F(PackedChainTest, RefusesNoLayers) {
  chain_.layers.clear();
  ExpectRefused("there is no convolution");
}

TEST_F(PackedChainTest, RefusesOddNumbersOfChannels) {
  chain_ = RandomChain(3, {8, 12}, {});
  ExpectRefused("convolution 2 has 12 output channels, wanted a multiple of 8");
  chain_ = RandomChain(12, {8}, {});
  ExpectRefused("convolution 1 has 12 input channels, wanted a multiple of 8 or 1 to 8");
  chain_ = RandomChain(0, {8}, {});
  ExpectRefused("convolution 1 has 0 input channels");
  chain_ = RandomChain(3, {0}, {});
  ExpectRefused("convolution 1 has 0 output channels");
}

TEST_F(PackedChainTest, RefusesLayersThatDoNotFitTogether) {
  chain_.layers[1] = RandomLayer(16, 16, false, 1);
  ExpectRefused("convolution 2 has 16 input channels, the one before has 8 outputs");
}

TEST_F(PackedChainTest, RefusesWeightsAndBiasOfAnotherSize) {
  chain_.layers[0].bias.pop_back();
  ExpectRefused("convolution 1 has 7 values of bias, wanted 8");
  chain_.layers[0].weights.push_back(0);
  ExpectRefused("convolution 1 has 217 weights, wanted 216");
}

TEST_F(PackedChainTest, SaysThatItDoesNotKnowKernels) {
  const auto packed = PackedChain::Create(chain_, "abacus");
  EXPECT_EQ(packed.status().code(), absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace lookalike
