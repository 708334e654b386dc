// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/winograd_module.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/custom_class.h>
#include <torch/library.h>

#include "absl/strings/str_cat.h"

#include "libs/convolution/chain_runner.h"
#include "libs/encoding/convolution_graph.h"
#include "libs/encoding/torch_module.h"

namespace lookalike {
namespace {

// A chain as a constant of a TorchScript graph.
struct ChainHolder : torch::CustomClassHolder {
  ChainHolder(std::shared_ptr<const PackedChain> chain, size_t helpers) : runner(std::move(chain), helpers) {}
  ChainRunner runner;
};

at::Tensor RunChain(const at::Tensor& pictures, const c10::intrusive_ptr<ChainHolder>& holder) {
  ChainRunner& runner = holder->runner;
  TORCH_CHECK(pictures.dim() == 4 && pictures.scalar_type() == at::kFloat && pictures.is_cpu() &&
                  pictures.size(1) == static_cast<int64_t>(runner.chain().inputs()),
              "the network takes float [batch, ", runner.chain().inputs(), ", height, width] on the CPU");
  const at::Tensor input = pictures.contiguous();
  at::Tensor output = at::empty({input.size(0), static_cast<int64_t>(runner.chain().outputs())}, at::kFloat);
  const absl::Status status =
      runner.Run(input.data_ptr<float>(), input.size(0), input.size(2), input.size(3), output.data_ptr<float>());
  TORCH_CHECK(status.ok(), std::string(status.message()));
  return output;
}

TORCH_LIBRARY(lookalike, library) {
  library.class_<ChainHolder>("ConvolutionChain");
  library.def("run_chain(Tensor pictures, __torch__.torch.classes.lookalike.ConvolutionChain chain) -> Tensor",
              RunChain);
}

// A copy of the module whose graph is nothing but the operator.
torch::jit::Module ReplaceGraph(const torch::jit::Module& frozen, const c10::intrusive_ptr<ChainHolder>& holder) {
  torch::jit::Module module = frozen.clone();
  const std::shared_ptr<torch::jit::Graph> graph = module.get_method("forward").graph();
  torch::jit::Value* const output = graph->outputs().at(0);
  const torch::jit::WithInsertPoint before_output(output->node());
  torch::jit::Value* const chain = graph->insertConstant(c10::IValue(holder));
  torch::jit::Node* const run =
      graph->create(c10::Symbol::fromQualString("lookalike::run_chain"), {graph->inputs().at(1), chain}, 1);
  graph->insertNode(run);
  run->output()->setType(c10::TensorType::get());
  output->replaceAllUsesWith(run->output());
  torch::jit::EliminateDeadCode(graph);
  graph->lint();
  return module;
}

// Two pictures of noise, as far from zero as pixels are when they are scaled and when they are not.
at::Tensor MadeUpPictures(int64_t channels, int64_t side) {
  const at::Tensor noise = torch::sin(torch::arange(2 * channels * side * side, at::kFloat) * 12.9898f);
  return noise.reshape({2, channels, side, side}) * torch::tensor({2.0f, 100.0f}).reshape({2, 1, 1, 1});
}

// The largest 1 − cosine of rows with the same number; infinite where a value is not finite. Zeros equal zeros.
double OneMinusCosine(const at::Tensor& found, const at::Tensor& wanted) {
  const at::Tensor a = found.to(at::kDouble), b = wanted.to(at::kDouble);
  if (!at::isfinite(a).all().item<bool>() || !at::isfinite(b).all().item<bool>()) return INFINITY;
  double largest = 0;
  for (int64_t row = 0; row < a.size(0); ++row) {
    const double product = (a[row] * b[row]).sum().item<double>();
    const double squares = (a[row] * a[row]).sum().item<double>() * (b[row] * b[row]).sum().item<double>();
    const bool same = squares == 0 && a[row].equal(b[row]);
    if (!same) largest = std::max(largest, squares == 0 ? 1 : 1 - product / std::sqrt(squares));
  }
  return largest;
}

absl::Status Check(torch::jit::Module made, torch::jit::Module plain, const WinogradOptions& options, size_t channels) {
  const c10::InferenceMode no_gradients;
  const at::Tensor pictures = MadeUpPictures(static_cast<int64_t>(channels), options.input_size);
  const double difference = OneMinusCosine(made.forward({pictures}).toTensor(), plain.forward({pictures}).toTensor());
  if (difference <= options.max_one_minus_cosine) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the check against the plain graph failed: 1 - cosine is ",
                                                    difference, ", wanted at most ", options.max_one_minus_cosine));
}

}  // namespace

absl::StatusOr<WinogradModule> MakeWinogradModule(const TorchModule& frozen, const WinogradOptions& options) {
  const absl::StatusOr<ConvolutionChain> chain = ReadConvolutionChain(frozen);
  if (!chain.ok()) return chain.status();
  absl::StatusOr<std::shared_ptr<const PackedChain>> packed = PackedChain::Create(*chain);
  if (!packed.ok()) return packed.status();
  std::string kernels = (*packed)->kernels_name();
  try {
    const torch::jit::Module made =
        ReplaceGraph(frozen.module, c10::make_intrusive<ChainHolder>(*std::move(packed), options.helpers));
    const absl::Status status = Check(made, frozen.module, options, chain->layers.front().inputs);
    if (!status.ok()) return status;
    return WinogradModule{std::make_shared<const TorchModule>(TorchModule{made}), std::move(kernels)};
  } catch (const std::exception& error) {
    return absl::FailedPreconditionError(absl::StrCat("replacing the graph failed: ", error.what()));
  }
}

}  // namespace lookalike
