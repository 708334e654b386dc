// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"

#include "libs/encoding/safetensors.h"

namespace lookalike {

struct TorchModule;

// VGG16 without its classifier (Simonyan and Zisserman, arXiv 1409.1556, configuration D): thirteen 3 × 3
// convolutions, each with ReLU, max-pooled after the 2nd, 4th, 7th, 10th and 13th, then the mean over what is left of
// the picture. Input: float [batch, 3, side, side], side ≥ 32. Output: float [batch, 512].
//
// The names are torchvision's: "features.0.weight" [64, 3, 3, 3], "features.0.bias" [64], …, "features.28.bias".
inline constexpr int kVgg16Dimension = 512;
inline constexpr int kVgg16MinInputSize = 32;  // pixels: five poolings halve it to 1

// The weights of a file. InvalidArgument, naming the tensor, where one is missing, of another shape (the shape found
// and the one wanted are told), not finite, or belongs to something else. torchvision's "classifier.*" are ignored.
absl::StatusOr<NamedTensors> ReadVgg16Weights(const SafetensorsFile& file);

// Random weights that keep the variance of what passes through the layers (He et al., arXiv 1502.01852): uniform
// within ±√(6 / fan_in), biases zero. The same seed gives the same bits on every machine; that is why they are not
// normally distributed, which needs logarithms and cosines that differ between C libraries.
NamedTensors RandomVgg16Weights(uint64_t seed);

// The network as TorchScript, with weights named and shaped as above. InvalidArgument as for ReadVgg16Weights().
absl::StatusOr<std::shared_ptr<const TorchModule>> BuildVgg16(const NamedTensors& weights);

}  // namespace lookalike
