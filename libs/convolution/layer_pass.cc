// SPDX-License-Identifier: Apache-2.0
#include "libs/convolution/layer_pass.h"

#include <algorithm>

namespace lookalike {
namespace {

// Tiles that go through a layer together. All weights are read once for each such range: more tiles, less reading; but
// the transformed inputs of one frequency (56 tiles × 256 channels: 56 KiB) should stay in the second-level cache.
// Fills blocks of 14 rows, and a row of tiles of a picture of 224 pixels.
constexpr size_t kTilesAtATime = 56;

// With helpers each thread takes ranges of its own, no smaller than this. Where that is too few ranges, the threads
// share the transformed inputs of a range and split the outputs.
constexpr size_t kMinTilesApart = 36;

// Output channels whose products are kept until they are transformed: 64 of 56 tiles are half a MiB.
constexpr size_t kOutputsAtATime = 64;

// So that the same place of two frequencies is not in the same set of a cache.
constexpr size_t kStagger = 16;  // floats: one line

constexpr size_t kRowsAtATime = 8;  // of the first layer

size_t UnitsFor(size_t value, size_t unit) { return (value + unit - 1) / unit; }

class WinogradPass {
 public:
  WinogradPass(const PackedLayer& layer, const ConvolutionKernels& kernels, const FeatureMap& input,
               const FeatureMap& output, const Crew& crew)
      : layer_(layer), kernels_(kernels), input_(input), output_(output), crew_(crew) {
    tiles_ = input.images * UnitsFor(input.height, kTileOutputs) * UnitsFor(input.width, kTileOutputs);
    ranges_ = UnitsFor(tiles_, kTilesAtATime);
    panels_at_a_time_ = std::clamp<size_t>(kOutputsAtATime / kernels.panel, 1, layer.panels);
  }

  void Run() {
    if (const size_t threads = crew_.size(); threads > 1) {
      const size_t most_ranges = tiles_ / kMinTilesApart;
      if (most_ranges >= threads) {
        ranges_ = UnitsFor(ranges_, threads) * threads;  // as many for each
      } else if (most_ranges > layer_.panels) {
        ranges_ = std::max(ranges_, most_ranges);
      } else {
        return RunByOutputs();
      }
    }
    crew_.ForEach(ranges_, [this](size_t range, size_t thread) { RunRange(Range(range), crew_.scratch(thread)); });
  }

 private:
  TileRange Range(size_t range) const {
    const size_t first = range * tiles_ / ranges_, end = (range + 1) * tiles_ / ranges_;
    return {first, end - first};
  }

  size_t Blocks(TileRange tiles) const { return BlocksOf(tiles.count, kernels_.rows); }

  Matrices MatricesIn(FloatBuffer& transformed, FloatBuffer& products) const {
    const size_t most = UnitsFor(tiles_, ranges_), depth = layer_.input_blocks * kernels_.lanes;
    const size_t transformed_stride = most * depth + kStagger;
    const size_t products_stride = most * panels_at_a_time_ * kernels_.panel + kStagger;
    transformed.Reserve(kFrequencies * transformed_stride);
    products.Reserve(kFrequencies * products_stride);
    return {.transformed = transformed.data(),
            .transformed_stride = transformed_stride,
            .weights = layer_.weights.data(),
            .weights_stride = layer_.panels * depth * kernels_.panel,
            .products = products.data(),
            .products_stride = products_stride,
            .input_blocks = layer_.input_blocks};
  }

  void RunPanels(const Matrices& matrices, TileRange tiles, PanelRange panels) const {
    kernels_.multiply(matrices, tiles.count, panels);
    kernels_.transform_outputs(matrices, tiles, panels, layer_.bias.data(), input_.height, input_.width, layer_.pooled,
                               output_);
  }

  void RunRange(TileRange tiles, Scratch& scratch) const {
    const Matrices matrices = MatricesIn(scratch.transformed, scratch.products);
    kernels_.transform_inputs(input_, tiles, 0, Blocks(tiles), matrices);
    for (size_t panel = 0; panel < layer_.panels; panel += panels_at_a_time_) {
      RunPanels(matrices, tiles, {panel, std::min(panels_at_a_time_, layer_.panels - panel)});
    }
  }

  void RunByOutputs() {
    // Two pieces a thread, so that one that starts late does less.
    panels_at_a_time_ = std::min(panels_at_a_time_, UnitsFor(layer_.panels, 2 * crew_.size()));
    for (size_t range = 0; range < ranges_; ++range) {
      const TileRange tiles = Range(range);
      FloatBuffer& shared = crew_.own->transformed;
      const Matrices matrices = MatricesIn(shared, crew_.own->products);
      crew_.ForEach(Blocks(tiles), [&](size_t block, size_t) {
        kernels_.transform_inputs(input_, tiles, block, block + 1, matrices);
      });
      crew_.ForEach(UnitsFor(layer_.panels, panels_at_a_time_), [&](size_t piece, size_t thread) {
        const size_t panel = piece * panels_at_a_time_;
        RunPanels(MatricesIn(shared, crew_.scratch(thread).products), tiles,
                  {panel, std::min(panels_at_a_time_, layer_.panels - panel)});
      });
    }
  }

  const PackedLayer& layer_;
  const ConvolutionKernels& kernels_;
  const FeatureMap& input_;
  const FeatureMap& output_;
  const Crew& crew_;
  size_t tiles_;
  size_t ranges_;
  size_t panels_at_a_time_;
};

}  // namespace

void Crew::ForEach(size_t items, HelperThreads::Work work) const {
  if (helpers != nullptr) return helpers->ForEach(items, work);
  for (size_t item = 0; item < items; ++item) work(item, 0);
}

FeatureMap MakeMap(FloatBuffer& buffer, size_t lanes, size_t images, size_t blocks, size_t height, size_t width) {
  const size_t border = kTileInputs - kTileOutputs;
  const size_t rows = UnitsFor(height, kTileOutputs) * kTileOutputs + border;
  const size_t columns = UnitsFor(width, kTileOutputs) * kTileOutputs + border;
  const size_t row_stride = columns * lanes, block_stride = rows * row_stride;
  buffer.Reserve(images * blocks * block_stride);
  for (size_t plane = 0; plane < images * blocks; ++plane) {
    float* row = buffer.data() + plane * block_stride;
    for (size_t y = 0; y < rows; ++y, row += row_stride) {
      const bool inside = y > 0 && y <= height;
      std::fill_n(row, inside ? lanes : row_stride, 0.0f);
      if (inside) std::fill(row + (width + 1) * lanes, row + row_stride, 0.0f);
    }
  }
  return {buffer.data(), images, blocks, height, width, row_stride, block_stride, blocks * block_stride};
}

void ConvolveDirectly(const PackedLayer& layer, const ConvolutionKernels& kernels, const float* picture,
                      size_t picture_row_stride, const FeatureMap& output, size_t image, const Crew& crew) {
  const FirstLayer first{.picture = picture,
                         .inputs = layer.inputs,
                         .row_stride = picture_row_stride,
                         .weights = layer.weights.data(),
                         .bias = layer.bias.data(),
                         .panels = layer.panels};
  crew.ForEach(UnitsFor(output.height, kRowsAtATime), [&](size_t piece, size_t) {
    const size_t row = piece * kRowsAtATime;
    kernels.convolve_first(first, output, image, row, std::min(row + kRowsAtATime, output.height));
  });
}

void ConvolveByWinograd(const PackedLayer& layer, const ConvolutionKernels& kernels, const FeatureMap& input,
                        const FeatureMap& output, const Crew& crew) {
  WinogradPass(layer, kernels, input, output, crew).Run();
}

}  // namespace lookalike
