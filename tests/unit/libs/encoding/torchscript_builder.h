// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "libs/encoding/model_manifest.h"
#include "libs/encoding/torch_module.h"

namespace lookalike {

// A network with one parameter, "gain" [3], and this body of its forward(self, x).
inline TorchModule SmallNetwork(const std::string& body = "return torch.mean(x, [2, 3]) * self.gain",
                                const std::vector<float>& gain = {1, 1, 1}) {
  torch::jit::Module module("__torch__.SmallNetwork");
  module.register_parameter("gain", torch::tensor(gain), /*is_buffer=*/false);
  module.define("def forward(self, x):\n    " + body + "\n");
  return {module};
}

// The manifest of a SmallNetwork that takes 4 × 4 pictures.
inline ModelManifest SmallManifest() {
  ModelManifest manifest;
  manifest.name = "small";
  manifest.dimension = 3;
  manifest.preprocessing.input_size = 4;
  manifest.description = "the mean colour";
  return manifest;
}

}  // namespace lookalike
