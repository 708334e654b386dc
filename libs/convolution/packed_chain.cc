// SPDX-License-Identifier: Apache-2.0
#include "libs/convolution/packed_chain.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/convolution/kernels.h"

namespace lookalike {
namespace {

// G of Winograd's F(4 × 4, 3 × 3): row i is 1, x, x² for point x, over the product of its distances from the other
// points; that of ∞ is 0, 0, 1. The points are those of vector_kernels.h: 0, ±√½, ±√2, ∞.
constexpr double kRoot = 1.41421356237309504880;
constexpr double kG[kTileInputs][3] = {{1, 0, 0},
                                       {-2.0 / 3, -kRoot / 3, -1.0 / 3},
                                       {-2.0 / 3, kRoot / 3, -1.0 / 3},
                                       {1.0 / 6, kRoot / 6, 1.0 / 3},
                                       {1.0 / 6, -kRoot / 6, 1.0 / 3},
                                       {0, 0, 1}};

// G w Gᵀ for one 3 × 3 kernel: frequency f to transformed[f · stride].
void TransformWeights(const float* w, float* transformed, size_t stride) {
  double half[kTileInputs][3];
  for (size_t i = 0; i < kTileInputs; ++i) {
    for (size_t j = 0; j < 3; ++j) half[i][j] = kG[i][0] * w[j] + kG[i][1] * w[3 + j] + kG[i][2] * w[6 + j];
  }
  for (size_t i = 0; i < kTileInputs; ++i) {
    for (size_t j = 0; j < kTileInputs; ++j) {
      const double value = half[i][0] * kG[j][0] + half[i][1] * kG[j][1] + half[i][2] * kG[j][2];
      transformed[(i * kTileInputs + j) * stride] = static_cast<float>(value);
    }
  }
}

// How many units it takes.
size_t UnitsFor(size_t value, size_t unit) { return (value + unit - 1) / unit; }

// [panel][input][3][3][panel lanes]
FloatBuffer DirectWeights(const ConvolutionLayer& layer, size_t panels, size_t lanes) {
  const size_t taps = layer.inputs * 9;
  FloatBuffer packed(panels * taps * lanes);
  for (size_t output = 0; output < layer.outputs; ++output) {
    for (size_t tap = 0; tap < taps; ++tap) {
      packed.data()[(output / lanes * taps + tap) * lanes + output % lanes] = layer.weights[output * taps + tap];
    }
  }
  return packed;
}

// [frequency][panel][input][panel lanes]. Written a panel's row at a time, so that the stores are of whole lines.
FloatBuffer WinogradWeights(const ConvolutionLayer& layer, size_t panels, size_t lanes, size_t padded_inputs) {
  const size_t stride = panels * padded_inputs * lanes;
  FloatBuffer packed(kFrequencies * stride);
  std::vector<float> rows(kFrequencies * lanes);
  for (size_t panel = 0; panel < panels; ++panel) {
    const size_t first = panel * lanes, end = std::min(first + lanes, layer.outputs);
    std::fill(rows.begin(), rows.end(), 0.0f);
    for (size_t input = 0; input < layer.inputs; ++input) {
      for (size_t output = first; output < end; ++output) {
        TransformWeights(&layer.weights[(output * layer.inputs + input) * 9], &rows[output - first], lanes);
      }
      float* to = packed.data() + (panel * padded_inputs + input) * lanes;
      for (size_t f = 0; f < kFrequencies; ++f) std::copy_n(&rows[f * lanes], lanes, to + f * stride);
    }
  }
  return packed;
}

PackedLayer Pack(const ConvolutionLayer& layer, bool direct, const ConvolutionKernels& kernels) {
  PackedLayer packed{.direct = direct,
                     .pooled = layer.pooled,
                     .inputs = layer.inputs,
                     .outputs = layer.outputs,
                     .input_blocks = UnitsFor(layer.inputs, kernels.lanes),
                     .output_blocks = UnitsFor(layer.outputs, kernels.lanes),
                     .panels = UnitsFor(layer.outputs, kernels.panel),
                     .weights = {},
                     .bias = {}};
  packed.weights = direct ? DirectWeights(layer, packed.panels, kernels.panel)
                          : WinogradWeights(layer, packed.panels, kernels.panel, packed.input_blocks * kernels.lanes);
  packed.bias = FloatBuffer(packed.panels * kernels.panel);
  std::copy(layer.bias.begin(), layer.bias.end(), packed.bias.data());
  return packed;
}

absl::StatusOr<const ConvolutionKernels*> FindKernels(const std::string& name) {
  const auto& available = AvailableConvolutionKernels();
  if (available.empty()) {
    return absl::UnimplementedError("this processor has none of AVX2 with FMA, AVX-512 and NEON");
  }
  if (name.empty()) return available.back();
  for (const ConvolutionKernels* kernels : available) {
    if (name == kernels->name) return kernels;
  }
  return absl::UnimplementedError(absl::StrCat("this processor cannot run the kernels \"", name, "\""));
}

}  // namespace

std::vector<std::string> PackedChain::AvailableKernels() {
  std::vector<std::string> names;
  for (const ConvolutionKernels* kernels : AvailableConvolutionKernels()) names.insert(names.begin(), kernels->name);
  return names;
}

absl::StatusOr<std::shared_ptr<const PackedChain>> PackedChain::Create(const ConvolutionChain& chain,
                                                                       const std::string& kernels) {
  if (absl::Status status = Validate(chain); !status.ok()) return status;
  const absl::StatusOr<const ConvolutionKernels*> found = FindKernels(kernels);
  if (!found.ok()) return found.status();
  std::shared_ptr<PackedChain> packed(new PackedChain(**found));
  for (const ConvolutionLayer& layer : chain.layers) {
    const bool direct = packed->layers_.empty() && layer.inputs <= kMaxPictureChannels;
    packed->layers_.push_back(Pack(layer, direct, **found));
  }
  return packed;
}

std::string PackedChain::kernels_name() const { return kernels_->name; }

}  // namespace lookalike
