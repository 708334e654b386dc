// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/script.h>

// Private to the sources of this folder that use LibTorch: no other header includes it, so that LibTorch's headers
// (seconds to compile) and its types stay here.
namespace lookalike {

struct TorchModule {
  torch::jit::Module module;
};

}  // namespace lookalike
