// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace lookalike {

struct TorchModule;

// The same network as another, with its convolutions run by libs/convolution. Still TorchScript: one operator in the
// place of the whole graph. It cannot be saved; the bundle that it came from is untouched.
struct WinogradModule {
  std::shared_ptr<const TorchModule> module;
  std::string kernels;  // "avx2", "avx512", "neon"
};

struct WinogradOptions {
  int input_size = 0;  // pixels, both sides; for the check
  size_t helpers = 0;  // threads that a pass may use besides its own while no other is under way

  // The network made and the one it was made from both embed made-up pictures. If for one of them 1 − cosine of the two
  // embeddings is above this, the network made is not used. VGG16 comes to 1e-13; a wrong weight, to 1e-4 and more.
  double max_one_minus_cosine = 1e-9;
};

// `frozen` has been through torch::jit::freeze() and is on the CPU.
//   FailedPrecondition  it is no chain of convolutions (ReadConvolutionChain()), or the check failed
//   Unimplemented       there are no kernels for this processor
absl::StatusOr<WinogradModule> MakeWinogradModule(const TorchModule& frozen, const WinogradOptions& options);

}  // namespace lookalike
