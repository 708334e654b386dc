// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "libs/convolution/convolution_chain.h"

namespace lookalike {

// A layer of random weights that keep the variance of what passes through, and a random bias.
ConvolutionLayer RandomLayer(size_t inputs, size_t outputs, bool pooled, unsigned seed);

// A chain whose layers have these outputs; those that are listed in `pooled` (from 0) are pooled.
ConvolutionChain RandomChain(size_t inputs, const std::vector<size_t>& outputs, const std::vector<size_t>& pooled,
                             unsigned seed = 1);

std::vector<float> RandomPictures(size_t values, unsigned seed = 2);

// What a chain computes, by the definition of a convolution and in double precision.
std::vector<double> PlainOutput(const ConvolutionChain& chain, const std::vector<float>& input, size_t batch,
                                size_t height, size_t width);

// The largest difference over the largest value.
double RelativeError(const std::vector<float>& found, const std::vector<double>& wanted);

}  // namespace lookalike
