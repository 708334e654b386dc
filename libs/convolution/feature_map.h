// SPDX-License-Identifier: Apache-2.0
// Internal to libs/convolution: how pictures lie in memory between two layers.
#pragma once

#include <cstddef>

namespace lookalike {

// Winograd's F(4 × 4, 3 × 3): Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", arXiv 1509.09308.
// A tile of 4 × 4 outputs is made from 6 × 6 inputs by 36 products instead of 144. The 36 are the values of polynomials
// at points (below they are called frequencies): for all tiles and channels, each frequency is one matrix product.
inline constexpr size_t kTileOutputs = 4;  // along a side
inline constexpr size_t kTileInputs = 6;
inline constexpr size_t kFrequencies = kTileInputs * kTileInputs;

// Channels are cut into blocks as wide as a vector register, `lanes`:
//
//   values[image][block][row][column][lane]
//
// with a border of zeros, which the next convolution reads: one row above and one column to the left; below and to the
// right one more than fills up the last tile. `height` and `width` do not count the border, the strides do.
struct FeatureMap {
  float* values;
  size_t images, blocks, height, width;
  size_t row_stride, block_stride, image_stride;  // floats
};

// Some of the tiles of a map, in the order image, row of tiles, column of tiles.
struct TileRange {
  size_t first, count;
};

}  // namespace lookalike
