// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/status.h"

namespace lookalike {

// A 3 × 3 convolution with stride 1 and a border of one zero, so that the picture keeps its size, and ReLU behind it.
struct ConvolutionLayer {
  size_t inputs = 0;           // channels
  size_t outputs = 0;          // channels
  std::vector<float> weights;  // [outputs][inputs][3][3]
  std::vector<float> bias;     // [outputs]
  bool pooled = false;         // 2 × 2 max-pooling with stride 2 follows; an odd last row or column is dropped
};

// Convolutions one after the other, and then the mean over what is left of the picture: float
// [batch][inputs][height][width] → float [batch][outputs]. VGG networks without their classifier are such chains.
struct ConvolutionChain {
  std::vector<ConvolutionLayer> layers;
};

// Channels come in multiples of this, so that they fill registers.
inline constexpr size_t kChannelMultiple = 8;
// But a picture's own few channels need not.
inline constexpr size_t kMaxPictureChannels = 8;

// InvalidArgument, naming the layer, where there is none, its inputs are not the outputs of the one before, a number of
// channels is not a multiple of kChannelMultiple (the first inputs may also be 1 to kMaxPictureChannels), or weights or
// bias have another size than they should.
absl::Status Validate(const ConvolutionChain& chain);

}  // namespace lookalike
