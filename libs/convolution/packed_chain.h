// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/convolution/convolution_chain.h"
#include "libs/convolution/float_buffer.h"

namespace lookalike {

struct ConvolutionKernels;

// One layer as the kernels want it (kernels.h).
struct PackedLayer {
  bool direct = false;  // the first layer, where its channels are few: FirstLayer's weights, else Matrices'
  bool pooled = false;
  size_t inputs = 0;
  size_t outputs = 0;
  size_t input_blocks = 0;   // inputs / lanes, rounded up
  size_t output_blocks = 0;  // outputs / lanes, rounded up
  size_t panels = 0;         // outputs / panel lanes, rounded up; what fills up the last is zero
  FloatBuffer weights;
  FloatBuffer bias;
};

// A chain with its weights transformed and laid out for this processor: four times the memory of the weights as they
// were. Never changes, so that any number of threads share it.
class PackedChain {
 public:
  // The names of the kernels that this processor can run, fastest first: "avx512", "avx2", "neon". May be empty.
  static std::vector<std::string> AvailableKernels();

  // `kernels`: one of AvailableKernels(), or empty for the first. VGG16 takes a fraction of a second.
  // InvalidArgument: see Validate(). Unimplemented: this processor cannot run these kernels, or any.
  static absl::StatusOr<std::shared_ptr<const PackedChain>> Create(const ConvolutionChain& chain,
                                                                   const std::string& kernels = "");

  const ConvolutionKernels& kernels() const { return *kernels_; }
  std::string kernels_name() const;
  const std::vector<PackedLayer>& layers() const { return layers_; }
  size_t inputs() const { return layers_.front().inputs; }
  size_t outputs() const { return layers_.back().outputs; }

 private:
  explicit PackedChain(const ConvolutionKernels& kernels) : kernels_(&kernels) {}

  const ConvolutionKernels* const kernels_;
  std::vector<PackedLayer> layers_;
};

}  // namespace lookalike
