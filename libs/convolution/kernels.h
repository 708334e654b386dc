// SPDX-License-Identifier: Apache-2.0
// Internal to libs/convolution: the inner loops, and what they need of the processor.
#pragma once

#include <cstddef>
#include <vector>

#include "libs/convolution/feature_map.h"

namespace lookalike {

// The matrices of one layer and one range of tiles, `count` of them:
//   transformed  [frequency][tiles and channels of the inputs]   the left factors
//   weights      [frequency][panel][input channel][panel lanes]  the right factors
//   products     [frequency][panel of those at hand][tile][panel lanes]
// A panel is as many output channels as the innermost loop keeps in registers. Within a frequency, `transformed` is cut
// into blocks of at most `rows` tiles (Block() in vector_kernels.h), each [channel / lanes][tile][lanes], so that the
// innermost loop reads one block from its beginning to its end.
struct Matrices {
  float* transformed;
  size_t transformed_stride;  // floats from one frequency to the next
  const float* weights;
  size_t weights_stride;
  float* products;
  size_t products_stride;
  size_t input_blocks;  // input channels / lanes
};

struct PanelRange {
  size_t first, count;
};

// The first layer, directly: few channels are no good for the matrices.
struct FirstLayer {
  const float* picture;  // one image, [inputs][height + 2][row_stride], with zeros around
  size_t inputs;
  size_t row_stride;
  const float* weights;  // [panel][inputs][3][3][panel lanes]
  const float* bias;     // [panel][panel lanes]
  size_t panels;
};

// All pointers are aligned to 64 bytes. Thread-safe: a kernel writes to what it is given only.
struct ConvolutionKernels {
  const char* name;  // "avx2", "avx512", "neon"
  size_t lanes;      // floats in a register
  size_t panel;      // output channels in a panel, a multiple of lanes
  size_t rows;       // tiles in a block, at most

  // Writes rows `first_row` to `end_row` of `image` in `output`, bias added and ReLU applied.
  void (*convolve_first)(const FirstLayer& layer, const FeatureMap& output, size_t image, size_t first_row,
                         size_t end_row);

  // Fills `transformed` for the blocks `first_block` to `end_block` of the range.
  void (*transform_inputs)(const FeatureMap& input, TileRange tiles, size_t first_block, size_t end_block,
                           const Matrices& matrices);

  // Fills `products` for all frequencies.
  void (*multiply)(const Matrices& matrices, size_t tiles, PanelRange panels);

  // Turns `products` into outputs: bias, ReLU, and with `pooled` 2 × 2 max-pooling. `height` and `width` are those of
  // the convolution; `output` has half of each where pooled.
  void (*transform_outputs)(const Matrices& matrices, TileRange tiles, PanelRange panels, const float* bias,
                            size_t height, size_t width, bool pooled, const FeatureMap& output);

  // 2 × 2 max-pooling by itself, for one image.
  void (*pool)(const FeatureMap& input, const FeatureMap& output, size_t image);
};

// Blocks that a range of tiles is cut into: as few as `rows` allows, of nearly the same size. Always inline: the files
// of wider instruction sets must not leave functions that the linker could take for everyone.
__attribute__((always_inline)) constexpr size_t BlocksOf(size_t tiles, size_t rows) {
  return (tiles + rows - 1) / rows;
}

// Every set of kernels that this processor can run, slowest first; empty where there is none for it.
const std::vector<const ConvolutionKernels*>& AvailableConvolutionKernels();

}  // namespace lookalike
