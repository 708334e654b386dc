// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/statusor.h"

#include "libs/convolution/convolution_chain.h"

namespace lookalike {

struct TorchModule;

// Reads a network as the chain of convolutions that it is, and nothing else than that: from its input to its output
// only 3 × 3 convolutions with stride 1 and padding 1, each with ReLU, some with 2 × 2 max-pooling, and at the end the
// mean over the picture. `frozen` has been through torch::jit::freeze(), so that weights are constants of its graph.
//
// A network may be written in several ways: conv2d or _convolution (traced), relu or relu_, with or without bias,
// mean over the last two dimensions or adaptive average pooling to 1 × 1 with flatten.
//
// FailedPrecondition for any other network; the message says where it differs first.
absl::StatusOr<ConvolutionChain> ReadConvolutionChain(const TorchModule& frozen);

}  // namespace lookalike
