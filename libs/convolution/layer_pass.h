// SPDX-License-Identifier: Apache-2.0
// Internal to libs/convolution: one layer of a chain, alone or with helpers.
#pragma once

#include <vector>

#include "libs/convolution/feature_map.h"
#include "libs/convolution/float_buffer.h"
#include "libs/convolution/helper_threads.h"
#include "libs/convolution/kernels.h"
#include "libs/convolution/packed_chain.h"

namespace lookalike {

// The matrices that a thread works on. They grow with the largest layer and then stay.
struct Scratch {
  FloatBuffer transformed;
  FloatBuffer products;
};

// Who works on a layer: the caller, and the helpers if there are any.
struct Crew {
  Scratch* own;
  HelperThreads* helpers = nullptr;
  std::vector<Scratch>* helpers_scratch = nullptr;  // helpers->size() of them

  size_t size() const { return helpers == nullptr ? 1 : helpers->size() + 1; }
  Scratch& scratch(size_t thread) const { return thread == 0 ? *own : (*helpers_scratch)[thread - 1]; }
  void ForEach(size_t items, HelperThreads::Work work) const;
};

// A map in `buffer`, its border cleared. For an input of the kernels, with the border that they read.
FeatureMap MakeMap(FloatBuffer& buffer, size_t lanes, size_t images, size_t blocks, size_t height, size_t width);

// The first layer, directly: `picture` as in FirstLayer. Writes one image of `output`, without pooling.
void ConvolveDirectly(const PackedLayer& layer, const ConvolutionKernels& kernels, const float* picture,
                      size_t picture_row_stride, const FeatureMap& output, size_t image, const Crew& crew);

// Any other layer, with its pooling.
void ConvolveByWinograd(const PackedLayer& layer, const ConvolutionKernels& kernels, const FeatureMap& input,
                        const FeatureMap& output, const Crew& crew);

}  // namespace lookalike
