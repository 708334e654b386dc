// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace lookalike {

// What `lookalike model create` makes a bundle of.
struct ModelRecipe {
  std::string weights;                  // path of a .safetensors file; empty: random, "untrained"
  std::string preprocessing = "keras";  // a profile of libs/image/preprocess.h
  int input_size = 224;                 // pixels
  uint64_t seed = 1;                    // of random weights
};

// Writes a VGG16-GAP bundle to `output`, whole or not at all. Errors: those of the profile, of ReadVgg16Weights and of
// SaveModelBundle.
absl::Status CreateVgg16Bundle(const ModelRecipe& recipe, const std::string& output);

}  // namespace lookalike
