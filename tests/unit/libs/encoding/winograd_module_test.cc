// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/winograd_module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/convolution/packed_chain.h"
#include "tests/unit/libs/encoding/chain_network.h"

namespace lookalike {
namespace {

using testing::HasSubstr;

class WinogradModuleTest : public testing::Test {
 protected:
  void SetUp() override {
    if (PackedChain::AvailableKernels().empty()) GTEST_SKIP() << "no kernels for this processor";
  }

  static at::Tensor Forward(const TorchModule& network, const at::Tensor& pictures) {
    torch::jit::Module module = network.module;
    return module.forward({pictures}).toTensor();
  }

  void ExpectRefused(const TorchModule& frozen, const WinogradOptions& options, const std::string& reason) {
    const auto made = MakeWinogradModule(frozen, options);
    EXPECT_EQ(made.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(made.status().message()), HasSubstr(reason));
  }

  const WinogradOptions options_{.input_size = 20};
  ChainNetwork network_;
};

TEST_F(WinogradModuleTest, ComputesTheSame) {
  const TorchModule frozen = network_.Frozen(ChainNetwork::Plain());
  const auto made = MakeWinogradModule(frozen, options_);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->kernels, PackedChain::AvailableKernels().front());
  for (const auto& shape : {std::vector<int64_t>{1, 3, 20, 20}, {3, 3, 9, 15}, {0, 3, 8, 8}}) {
    const at::Tensor pictures = torch::randn(shape);
    EXPECT_TRUE(torch::allclose(Forward(*made->module, pictures), Forward(frozen, pictures), 1e-5, 1e-5)) << shape;
  }
}

TEST_F(WinogradModuleTest, TakesTensorsThatAreNotContiguous) {
  const TorchModule frozen = network_.Frozen(ChainNetwork::Plain());
  const auto made = MakeWinogradModule(frozen, options_);
  ASSERT_TRUE(made.ok()) << made.status();
  const at::Tensor pictures = torch::randn({2, 12, 16, 3}).permute({0, 3, 1, 2});
  EXPECT_TRUE(torch::allclose(Forward(*made->module, pictures), Forward(frozen, pictures), 1e-5, 1e-5));
}

TEST_F(WinogradModuleTest, LeavesTheOtherAsItWas) {
  const TorchModule frozen = network_.Frozen(ChainNetwork::Plain());
  const std::string before = frozen.module.get_method("forward").graph()->toString(false);
  ASSERT_TRUE(MakeWinogradModule(frozen, options_).ok());
  EXPECT_EQ(frozen.module.get_method("forward").graph()->toString(false), before);
}

TEST_F(WinogradModuleTest, RefusesInputItCannotTake) {
  const auto made = MakeWinogradModule(network_.Frozen(ChainNetwork::Plain()), options_);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_THROW(Forward(*made->module, torch::randn({1, 4, 8, 8})), std::exception);
  EXPECT_THROW(Forward(*made->module, torch::randn({3, 8, 8})), std::exception);
  EXPECT_THROW(Forward(*made->module, torch::randn({1, 3, 8, 8}, at::kDouble)), std::exception);
  EXPECT_THROW(Forward(*made->module, torch::randn({1, 3, 1, 8})), std::exception);
}

TEST_F(WinogradModuleTest, SaysWhyANetworkIsNoChain) {
  ExpectRefused(network_.Frozen({"return torch.mean(x, [2, 3])"}), options_, "after 0 convolutions comes aten::mean");
}

TEST_F(WinogradModuleTest, AFailedCheckIsAReason) {
  WinogradOptions unreachable = options_;
  unreachable.max_one_minus_cosine = -1;
  ExpectRefused(network_.Frozen(ChainNetwork::Plain()), unreachable, "the check against the plain graph failed");
}

TEST_F(WinogradModuleTest, WeightsThatOverflowFailTheCheck) {
  ChainNetwork network;
  network.Add("huge", torch::full({16, 8, 3, 3}, 3e38f));
  std::vector<std::string> lines = ChainNetwork::Plain();
  lines[2] = "x = torch.relu(torch.conv2d(x, self.huge, self.second_bias, [1, 1], [1, 1]))";
  ExpectRefused(network.Frozen(lines), options_, "the check against the plain graph failed: 1 - cosine is inf");
}

TEST_F(WinogradModuleTest, ANetworkThatSaysNothingPassesTheCheck) {
  ChainNetwork network;
  network.Add("low", torch::full({16}, -1e6f));
  std::vector<std::string> lines = ChainNetwork::Plain();
  lines[2] = "x = torch.relu(torch.conv2d(x, self.second, self.low, [1, 1], [1, 1]))";
  EXPECT_TRUE(MakeWinogradModule(network.Frozen(lines), options_).ok());
}

}  // namespace
}  // namespace lookalike
