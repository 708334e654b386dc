// SPDX-License-Identifier: Apache-2.0
// Internal to libs/convolution: the kernels of kernels.h, written once for all instruction sets. The file of an
// instruction set includes this after it has defined, in namespace lookalike,
//
//   kLanes, kPanelVectors, kRows   floats in a register; registers that hold a panel; tiles in a block
//   Vector                         kLanes floats, a vector type of GCC and Clang
//   Max(a, b)                      the larger of each lane, b where one is not a number
//
// and is compiled with the flags for it. All here has internal linkage and uses nothing from the standard library: a
// function that two files had in common could be linked in the version for the wrong processor.
//
// Why kRows and kPanelVectors: the innermost loop keeps kRows × kPanelVectors sums in registers, beside one row of
// weights and one input that is spread over all lanes. More sums mean fewer loads for a product; the registers are the
// limit: 16 for AVX2, 32 for AVX-512 and NEON.
#pragma once

#include "libs/convolution/kernels.h"

#if defined(__clang__)
#define LOOKALIKE_UNROLL _Pragma("unroll")
#else
#define LOOKALIKE_UNROLL _Pragma("GCC unroll 16")
#endif
#define LOOKALIKE_INLINE __attribute__((always_inline)) inline

namespace lookalike {
namespace {

constexpr size_t kPanel = kPanelVectors * kLanes;
constexpr size_t kLineFloats = 16;  // in a cache line of 64 bytes

// Input channels that the innermost loop takes at once: their weights, 16 KiB a panel of 16, stay in the first-level
// cache while all blocks of tiles meet them.
constexpr size_t kDepth = 4096 / kPanel;

LOOKALIKE_INLINE Vector Load(const float* from) { return *reinterpret_cast<const Vector*>(from); }
LOOKALIKE_INLINE void Store(float* to, Vector v) { *reinterpret_cast<Vector*>(to) = v; }
LOOKALIKE_INLINE Vector Spread(float value) { return value - Vector{}; }  // minus zero changes no value, plus zero -0

LOOKALIKE_INLINE size_t Least(size_t a, size_t b) { return a < b ? a : b; }
LOOKALIKE_INLINE size_t TilesAlong(size_t pixels) { return (pixels + kTileOutputs - 1) / kTileOutputs; }

// Pixel (row, column) of a channel block; -1 and the end are in the border.
LOOKALIKE_INLINE float* Pixel(const FeatureMap& map, size_t image, size_t block, size_t row, size_t column) {
  return map.values + image * map.image_stride + block * map.block_stride + (row + 1) * map.row_stride +
         (column + 1) * kLanes;
}

// Where a tile's outputs begin.
struct Place {
  size_t image, row, column;
};

LOOKALIKE_INLINE Place PlaceOf(size_t tile, size_t tiles_down, size_t tiles_across) {
  const size_t in_image = tile % (tiles_down * tiles_across);
  return {tile / (tiles_down * tiles_across), in_image / tiles_across * kTileOutputs,
          in_image % tiles_across * kTileOutputs};
}

struct Block {
  size_t offset, rows;  // in tiles
};

LOOKALIKE_INLINE Block BlockOf(size_t tiles, size_t block) {
  const size_t blocks = BlocksOf(tiles, kRows), smaller = tiles / blocks, larger_ones = tiles % blocks;
  return {block * smaller + Least(block, larger_ones), smaller + (block < larger_ones ? 1 : 0)};
}

// The points of interpolation are 0, ±√½, ±√2 and ∞. As √½ · √2 = 1 the matrices stay near one, and the error is far
// below that of the usual 0, ±1, ±2, ∞: Barabasz, Anderson, Soodhalter and Gregg, "Error Analysis and Improving the
// Accuracy of Winograd Convolution for Deep Neural Networks", arXiv 1803.10986.
constexpr float kSmallPoint = 0.70710678118654752440f;
constexpr float kLargePoint = 1.41421356237309504880f;

// Bᵀ d: six inputs of a row or column to their six frequencies. Row i of Bᵀ holds the coefficients of the polynomial
// x (x² − ½) (x² − 2) without the factor of its point; that of ∞ has them all.
LOOKALIKE_INLINE void InputTransform(const Vector* d, Vector* t) {
  const Vector even1 = d[4] - 2.0f * d[2], odd1 = d[3] - 2.0f * d[1];
  const Vector even2 = d[4] - 0.5f * d[2], odd2 = d[3] - 0.5f * d[1];
  t[0] = (d[0] + d[4]) - 2.5f * d[2];
  t[1] = even1 + kSmallPoint * odd1;
  t[2] = even1 - kSmallPoint * odd1;
  t[3] = even2 + kLargePoint * odd2;
  t[4] = even2 - kLargePoint * odd2;
  t[5] = (d[1] + d[5]) - 2.5f * d[3];
}

// Aᵀ m: six frequencies to four outputs. Row j of Aᵀ holds the j-th powers of the points.
LOOKALIKE_INLINE void OutputTransform(const Vector* m, Vector* y) {
  const Vector sum1 = m[1] + m[2], difference1 = m[1] - m[2];
  const Vector sum2 = m[3] + m[4], difference2 = m[3] - m[4];
  y[0] = (m[0] + sum1) + sum2;
  y[1] = kSmallPoint * difference1 + kLargePoint * difference2;
  y[2] = 0.5f * sum1 + 2.0f * sum2;
  y[3] = (m[5] + 0.5f * kSmallPoint * difference1) + 2.0f * kLargePoint * difference2;
}

// One channel block of one tile: 6 × 6 inputs from `from` to 36 frequencies, `stride` floats apart.
LOOKALIKE_INLINE void TransformInputTile(const float* from, size_t row_stride, float* to, size_t stride) {
  Vector half[kTileInputs][kTileInputs];
  for (size_t column = 0; column < kTileInputs; ++column) {
    Vector inputs[kTileInputs], transformed[kTileInputs];
    LOOKALIKE_UNROLL
    for (size_t row = 0; row < kTileInputs; ++row) inputs[row] = Load(from + row * row_stride + column * kLanes);
    InputTransform(inputs, transformed);
    LOOKALIKE_UNROLL
    for (size_t row = 0; row < kTileInputs; ++row) half[row][column] = transformed[row];
  }
  for (size_t row = 0; row < kTileInputs; ++row) {
    Vector transformed[kTileInputs];
    InputTransform(half[row], transformed);
    LOOKALIKE_UNROLL
    for (size_t column = 0; column < kTileInputs; ++column) {
      Store(to + (row * kTileInputs + column) * stride, transformed[column]);
    }
  }
}

// Asks for a tile that comes later. Its last two columns belong to the next tile too.
LOOKALIKE_INLINE void PrefetchTile(const float* from, size_t row_stride) {
  LOOKALIKE_UNROLL
  for (size_t row = 0; row < kTileInputs; ++row) {
    LOOKALIKE_UNROLL
    for (size_t column = 0; column < kTileOutputs * kLanes; column += kLineFloats) {
      __builtin_prefetch(from + row * row_stride + column, /*rw=*/0, /*locality=*/3);
    }
  }
}

void TransformInputs(const FeatureMap& input, TileRange tiles, size_t first_block, size_t end_block,
                     const Matrices& matrices) {
  const size_t down = TilesAlong(input.height), across = TilesAlong(input.width);
  for (size_t b = first_block; b < end_block; ++b) {
    const Block block = BlockOf(tiles.count, b);
    const float* corners[kRows];
    for (size_t i = 0; i < block.rows; ++i) {
      const Place place = PlaceOf(tiles.first + block.offset + i, down, across);
      corners[i] = Pixel(input, place.image, 0, place.row, place.column) - input.row_stride - kLanes;
    }
    float* to = matrices.transformed + block.offset * matrices.input_blocks * kLanes;
    for (size_t c = 0; c < matrices.input_blocks; ++c) {
      for (size_t i = 0; i < block.rows; ++i, to += kLanes) {
        const float* from = corners[i] + c * input.block_stride;
        PrefetchTile(c + 1 < matrices.input_blocks ? from + input.block_stride : from, input.row_stride);
        TransformInputTile(from, input.row_stride, to, matrices.transformed_stride);
      }
    }
  }
}

// Weights that a block asks the memory for while it works on others.
struct Ahead {
  const float* weights;
  size_t lines;  // for each channel block
};

// The innermost loop: products[rows][kPanel] = or += tiles[channel block][rows][kLanes] · weights[channel][kPanel].
template <size_t rows>
void MultiplyBlock(const float* tiles, const float* weights, float* products, size_t channel_blocks, bool add,
                   Ahead ahead) {
  Vector sums[rows][kPanelVectors];
  LOOKALIKE_UNROLL
  for (size_t i = 0; i < rows; ++i) {
    LOOKALIKE_UNROLL
    for (size_t j = 0; j < kPanelVectors; ++j) {
      sums[i][j] = add ? Load(products + i * kPanel + j * kLanes) : Vector{};
    }
  }
  for (; channel_blocks > 0; --channel_blocks) {
    LOOKALIKE_UNROLL
    for (size_t k = 0; k < kLanes; ++k) {
      Vector row[kPanelVectors];
      LOOKALIKE_UNROLL
      for (size_t j = 0; j < kPanelVectors; ++j) row[j] = Load(weights + k * kPanel + j * kLanes);
      LOOKALIKE_UNROLL
      for (size_t i = 0; i < rows; ++i) {
        const Vector input = Spread(tiles[i * kLanes + k]);
        LOOKALIKE_UNROLL
        for (size_t j = 0; j < kPanelVectors; ++j) sums[i][j] += input * row[j];
      }
    }
    for (size_t line = 0; line < ahead.lines; ++line, ahead.weights += kLineFloats) {
      __builtin_prefetch(ahead.weights, /*rw=*/0, /*locality=*/2);
    }
    tiles += rows * kLanes;
    weights += kLanes * kPanel;
  }
  LOOKALIKE_UNROLL
  for (size_t i = 0; i < rows; ++i) {
    LOOKALIKE_UNROLL
    for (size_t j = 0; j < kPanelVectors; ++j) Store(products + i * kPanel + j * kLanes, sums[i][j]);
  }
}

using MultiplyFunction = void (*)(const float*, const float*, float*, size_t, bool, Ahead);

// MultiplyBlock<1>, …, MultiplyBlock<kRows>.
template <size_t rows>
struct MultiplyTable : MultiplyTable<rows - 1> {
  constexpr MultiplyTable() { this->functions[rows] = MultiplyBlock<rows>; }
};
template <>
struct MultiplyTable<0> {
  MultiplyFunction functions[kRows + 1] = {};
};
constexpr MultiplyTable<kRows> kMultiply;

// One panel and one frequency. While it works on these weights it asks for those of the next panel, in equal parts.
LOOKALIKE_INLINE void MultiplyPanel(const float* transformed, const float* weights, const float* next_weights,
                                    float* products, size_t tiles, size_t input_blocks) {
  const size_t blocks = BlocksOf(tiles, kRows);
  const size_t lines = (kLanes * kPanel / kLineFloats + blocks - 1) / blocks;  // for each channel block
  for (size_t c = 0; c < input_blocks; c += kDepth / kLanes) {
    const size_t depth = Least(kDepth / kLanes, input_blocks - c);
    const float* next = next_weights + c * kLanes * kPanel;
    for (size_t b = 0; b < blocks; ++b, next += lines * depth * kLineFloats) {
      const Block block = BlockOf(tiles, b);
      kMultiply.functions[block.rows](transformed + (block.offset * input_blocks + c * block.rows) * kLanes,
                                      weights + c * kLanes * kPanel, products + block.offset * kPanel, depth, c > 0,
                                      {next, lines});
    }
  }
}

void Multiply(const Matrices& matrices, size_t tiles, PanelRange panels) {
  const size_t panel_weights = matrices.input_blocks * kLanes * kPanel;
  for (size_t f = 0; f < kFrequencies; ++f) {
    const float* weights = matrices.weights + f * matrices.weights_stride + panels.first * panel_weights;
    const float* next_frequency = weights + matrices.weights_stride;
    float* products = matrices.products + f * matrices.products_stride;
    for (size_t p = 0; p < panels.count; ++p, weights += panel_weights, products += tiles * kPanel) {
      MultiplyPanel(matrices.transformed + f * matrices.transformed_stride, weights,
                    p + 1 < panels.count ? weights + panel_weights : next_frequency, products, tiles,
                    matrices.input_blocks);
    }
  }
}

// 36 frequencies, `stride` floats apart, to 4 × 4 outputs with bias and ReLU.
LOOKALIKE_INLINE void TransformOutputTile(const float* from, size_t stride, Vector bias,
                                          Vector (&outputs)[kTileOutputs][kTileOutputs]) {
  Vector half[kTileOutputs][kTileInputs];
  for (size_t column = 0; column < kTileInputs; ++column) {
    Vector frequencies[kTileInputs], transformed[kTileOutputs];
    LOOKALIKE_UNROLL
    for (size_t row = 0; row < kTileInputs; ++row) {
      frequencies[row] = Load(from + (row * kTileInputs + column) * stride);
    }
    OutputTransform(frequencies, transformed);
    LOOKALIKE_UNROLL
    for (size_t row = 0; row < kTileOutputs; ++row) half[row][column] = transformed[row];
  }
  LOOKALIKE_UNROLL
  for (size_t row = 0; row < kTileOutputs; ++row) {
    OutputTransform(half[row], outputs[row]);
    LOOKALIKE_UNROLL
    for (size_t column = 0; column < kTileOutputs; ++column) {
      outputs[row][column] = Max(Vector{}, outputs[row][column] + bias);
    }
  }
}

LOOKALIKE_INLINE Vector LargestOf(Vector a, Vector b, Vector c, Vector d) { return Max(Max(a, b), Max(c, d)); }

// The part of a tile that is within the picture, to `to`.
LOOKALIKE_INLINE void StoreTile(const Vector (&outputs)[kTileOutputs][kTileOutputs], size_t rows, size_t columns,
                                float* to, size_t row_stride) {
  for (size_t row = 0; row < rows; ++row) {
    for (size_t column = 0; column < columns; ++column) {
      Store(to + row * row_stride + column * kLanes, outputs[row][column]);
    }
  }
}

LOOKALIKE_INLINE void StorePooledTile(const Vector (&outputs)[kTileOutputs][kTileOutputs], size_t rows, size_t columns,
                                      float* to, size_t row_stride) {
  for (size_t row = 0; row + 1 < rows; row += 2) {
    for (size_t column = 0; column + 1 < columns; column += 2) {
      Store(to + row / 2 * row_stride + column / 2 * kLanes,
            LargestOf(outputs[row][column], outputs[row][column + 1], outputs[row + 1][column],
                      outputs[row + 1][column + 1]));
    }
  }
}

void TransformOutputs(const Matrices& matrices, TileRange tiles, PanelRange panels, const float* bias, size_t height,
                      size_t width, bool pooled, const FeatureMap& output) {
  const size_t down = TilesAlong(height), across = TilesAlong(width);
  for (size_t p = 0; p < panels.count; ++p) {
    const float* from = matrices.products + p * tiles.count * kPanel;
    const size_t first_block = (panels.first + p) * kPanelVectors;
    const size_t vectors = Least(kPanelVectors, output.blocks - first_block);  // the last panel may be filled up
    for (size_t t = 0; t < tiles.count; ++t, from += kPanel) {
      const Place place = PlaceOf(tiles.first + t, down, across);
      const size_t rows = Least(kTileOutputs, height - place.row), columns = Least(kTileOutputs, width - place.column);
      for (size_t j = 0; j < vectors; ++j) {
        Vector outputs[kTileOutputs][kTileOutputs];
        TransformOutputTile(from + j * kLanes, matrices.products_stride, Load(bias + (first_block + j) * kLanes),
                            outputs);
        if (pooled) {
          StorePooledTile(outputs, rows, columns,
                          Pixel(output, place.image, first_block + j, place.row / 2, place.column / 2),
                          output.row_stride);
        } else {
          StoreTile(outputs, rows, columns, Pixel(output, place.image, first_block + j, place.row, place.column),
                    output.row_stride);
        }
      }
    }
  }
}

// `pixels` neighbours of one row and all outputs of a panel. `corner`: the picture's pixel above and to the left of the
// first. `vectors`: registers of the panel that the output has.
template <size_t pixels>
LOOKALIKE_INLINE void ConvolvePixels(const FirstLayer& layer, size_t picture_rows, const float* corner,
                                     const float* weights, const float* bias, float* to, size_t block_stride,
                                     size_t vectors) {
  Vector sums[pixels][kPanelVectors];
  LOOKALIKE_UNROLL
  for (size_t i = 0; i < pixels; ++i) {
    LOOKALIKE_UNROLL
    for (size_t j = 0; j < kPanelVectors; ++j) sums[i][j] = Load(bias + j * kLanes);
  }
  for (size_t channel = 0; channel < layer.inputs; ++channel) {
    for (size_t row = 0; row < 3; ++row) {
      const float* inputs = corner + (channel * picture_rows + row) * layer.row_stride;
      LOOKALIKE_UNROLL
      for (size_t column = 0; column < 3; ++column, weights += kPanel) {
        LOOKALIKE_UNROLL
        for (size_t i = 0; i < pixels; ++i) {
          const Vector input = Spread(inputs[i + column]);
          LOOKALIKE_UNROLL
          for (size_t j = 0; j < kPanelVectors; ++j) sums[i][j] += input * Load(weights + j * kLanes);
        }
      }
    }
  }
  for (size_t j = 0; j < vectors; ++j) {
    LOOKALIKE_UNROLL
    for (size_t i = 0; i < pixels; ++i) Store(to + j * block_stride + i * kLanes, Max(Vector{}, sums[i][j]));
  }
}

void ConvolveFirst(const FirstLayer& layer, const FeatureMap& output, size_t image, size_t first_row, size_t end_row) {
  const size_t picture_rows = output.height + 2;
  for (size_t row = first_row; row < end_row; ++row) {
    for (size_t p = 0; p < layer.panels; ++p) {
      const size_t vectors = Least(kPanelVectors, output.blocks - p * kPanelVectors);
      const float* weights = layer.weights + p * layer.inputs * 9 * kPanel;
      const float* corner = layer.picture + row * layer.row_stride;
      float* to = Pixel(output, image, p * kPanelVectors, row, 0);
      size_t column = 0;
      for (; column + kRows <= output.width; column += kRows) {
        ConvolvePixels<kRows>(layer, picture_rows, corner + column, weights, layer.bias + p * kPanel,
                              to + column * kLanes, output.block_stride, vectors);
      }
      for (; column < output.width; ++column) {
        ConvolvePixels<1>(layer, picture_rows, corner + column, weights, layer.bias + p * kPanel, to + column * kLanes,
                          output.block_stride, vectors);
      }
    }
  }
}

void Pool(const FeatureMap& input, const FeatureMap& output, size_t image) {
  for (size_t block = 0; block < output.blocks; ++block) {
    for (size_t row = 0; row < output.height; ++row) {
      const float* above = Pixel(input, image, block, 2 * row, 0);
      const float* below = above + input.row_stride;
      float* to = Pixel(output, image, block, row, 0);
      for (size_t column = 0; column < output.width; ++column, above += 2 * kLanes, below += 2 * kLanes) {
        Store(to + column * kLanes, LargestOf(Load(above), Load(above + kLanes), Load(below), Load(below + kLanes)));
      }
    }
  }
}

// For the file of an instruction set, which gives it a name.
constexpr ConvolutionKernels KernelsNamed(const char* name) {
  return {name, kLanes, kPanel, kRows, ConvolveFirst, TransformInputs, Multiply, TransformOutputs, Pool};
}

}  // namespace
}  // namespace lookalike
