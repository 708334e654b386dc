// SPDX-License-Identifier: Apache-2.0
#include "libs/convolution/convolution_chain.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

constexpr size_t kTaps = 9;  // of a 3 × 3 kernel

bool IsChannelCount(size_t channels) { return channels > 0 && channels % kChannelMultiple == 0; }

// What is wrong with a layer by itself; empty if nothing is.
std::string Fault(const ConvolutionLayer& layer, bool first) {
  const bool few = first && layer.inputs >= 1 && layer.inputs <= kMaxPictureChannels;
  if (!few && !IsChannelCount(layer.inputs)) {
    return absl::StrCat("has ", layer.inputs, " input channels, wanted a multiple of ", kChannelMultiple,
                        first ? absl::StrCat(" or 1 to ", kMaxPictureChannels) : "");
  }
  if (!IsChannelCount(layer.outputs)) {
    return absl::StrCat("has ", layer.outputs, " output channels, wanted a multiple of ", kChannelMultiple);
  }
  const size_t weights = layer.outputs * layer.inputs * kTaps;
  if (layer.weights.size() != weights) {
    return absl::StrCat("has ", layer.weights.size(), " weights, wanted ", weights);
  }
  if (layer.bias.size() != layer.outputs) {
    return absl::StrCat("has ", layer.bias.size(), " values of bias, wanted ", layer.outputs);
  }
  return "";
}

}  // namespace

absl::Status Validate(const ConvolutionChain& chain) {
  if (chain.layers.empty()) return absl::InvalidArgumentError("there is no convolution");
  for (size_t i = 0; i < chain.layers.size(); ++i) {
    std::string fault = Fault(chain.layers[i], i == 0);
    if (fault.empty() && i > 0 && chain.layers[i].inputs != chain.layers[i - 1].outputs) {
      fault = absl::StrCat("has ", chain.layers[i].inputs, " input channels, the one before has ",
                           chain.layers[i - 1].outputs, " outputs");
    }
    if (!fault.empty()) return absl::InvalidArgumentError(absl::StrCat("convolution ", i + 1, " ", fault));
  }
  return absl::OkStatus();
}

}  // namespace lookalike
