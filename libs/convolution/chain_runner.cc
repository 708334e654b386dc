// SPDX-License-Identifier: Apache-2.0
#include "libs/convolution/chain_runner.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/convolution/kernels.h"
#include "libs/convolution/layer_pass.h"

namespace lookalike {
namespace {

// Images of a batch that go through the layers together. More share the reading of the weights, but the maps of the
// first layers (16 MiB for each image of VGG16 at 224 pixels) leave the caches and take memory.
constexpr size_t kImagesAtATime = 4;

// A row of one image with a zero at both ends.
size_t PictureRowStride(size_t width) { return width + 2; }

void CopyPicture(const float* image, size_t channels, size_t height, size_t width, FloatBuffer& picture) {
  const size_t stride = PictureRowStride(width);
  picture.Reserve(channels * (height + 2) * stride);
  std::fill_n(picture.data(), channels * (height + 2) * stride, 0.0f);
  for (size_t channel = 0; channel < channels; ++channel) {
    for (size_t y = 0; y < height; ++y, image += width) {
      std::copy_n(image, width, picture.data() + (channel * (height + 2) + y + 1) * stride + 1);
    }
  }
}

// [images][channels][height][width] into a map.
void Interleave(const float* input, size_t channels, size_t lanes, const FeatureMap& map) {
  for (size_t image = 0; image < map.images; ++image) {
    for (size_t channel = 0; channel < map.blocks * lanes; ++channel) {
      float* to = map.values + image * map.image_stride + channel / lanes * map.block_stride + map.row_stride + lanes +
                  channel % lanes;
      for (size_t y = 0; y < map.height; ++y, to += map.row_stride) {
        for (size_t x = 0; x < map.width; ++x) to[x * lanes] = channel < channels ? *input++ : 0.0f;
      }
    }
  }
}

// The mean of each channel. In doubles: a large map has more values than a float has steps.
void Average(const FeatureMap& map, size_t lanes, size_t channels, float* output) {
  const double pixels = static_cast<double>(map.height * map.width);
  for (size_t image = 0; image < map.images; ++image) {
    for (size_t channel = 0; channel < channels; ++channel) {
      const float* row = map.values + image * map.image_stride + channel / lanes * map.block_stride + map.row_stride +
                         lanes + channel % lanes;
      double sum = 0;
      for (size_t y = 0; y < map.height; ++y, row += map.row_stride) {
        for (size_t x = 0; x < map.width; ++x) sum += row[x * lanes];
      }
      *output++ = static_cast<float>(sum / pixels);
    }
  }
}

// One more for a scope, also where memory runs out in it.
class Counted {
 public:
  explicit Counted(std::atomic<size_t>& count) : count_(count) { ++count_; }
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::atomic<size_t>& count_;
};

}  // namespace

ChainRunner::ChainRunner(std::shared_ptr<const PackedChain> chain, size_t helpers)
    : chain_(std::move(chain)), helpers_(helpers), helpers_scratch_(helpers) {}

absl::Status ChainRunner::Run(const float* input, size_t batch, size_t height, size_t width, float* output) {
  size_t least = 1;
  for (const PackedLayer& layer : chain_->layers()) least *= layer.pooled ? 2 : 1;
  if (std::min(height, width) < least) {
    return absl::InvalidArgumentError(
        absl::StrCat("a picture of ", width, " × ", height, ": the network's poolings want a side of ", least));
  }
  const Counted counted(running_);
  std::unique_ptr<Workspace> workspace = workspaces_.Take();
  for (size_t first = 0; first < batch; first += kImagesAtATime) {
    const size_t images = std::min(kImagesAtATime, batch - first);
    RunImages(input + first * chain_->inputs() * height * width, images, height, width,
              output + first * chain_->outputs(), *workspace);
  }
  workspaces_.GiveBack(std::move(workspace));
  return absl::OkStatus();
}

// Two runs never both find themselves alone: each has counted itself before it looks.
Crew ChainRunner::CrewNow(Workspace& workspace) {
  if (helpers_.size() == 0 || running_ > 1) return {.own = &workspace.scratch};
  return {.own = &workspace.scratch, .helpers = &helpers_, .helpers_scratch = &helpers_scratch_};
}

void ChainRunner::RunImages(const float* input, size_t images, size_t height, size_t width, float* output,
                            Workspace& workspace) {
  const ConvolutionKernels& kernels = chain_->kernels();
  size_t next = 0;  // of the two maps
  const auto new_map = [&](size_t blocks, size_t map_height, size_t map_width) {
    FloatBuffer& buffer = workspace.maps[next];
    next = 1 - next;
    return MakeMap(buffer, kernels.lanes, images, blocks, map_height, map_width);
  };
  FeatureMap map;
  if (!chain_->layers().front().direct) {
    map = new_map(chain_->layers().front().input_blocks, height, width);
    Interleave(input, chain_->inputs(), kernels.lanes, map);
  }
  for (const PackedLayer& layer : chain_->layers()) {
    const Crew crew = CrewNow(workspace);
    if (layer.direct) {
      map = new_map(layer.output_blocks, height, width);
      const size_t picture = layer.inputs * height * width;
      for (size_t image = 0; image < images; ++image) {
        CopyPicture(input + image * picture, layer.inputs, height, width, workspace.picture);
        ConvolveDirectly(layer, kernels, workspace.picture.data(), PictureRowStride(width), map, image, crew);
      }
      if (!layer.pooled) continue;
      const FeatureMap pooled = new_map(layer.output_blocks, height / 2, width / 2);
      for (size_t image = 0; image < images; ++image) kernels.pool(map, pooled, image);
      map = pooled;
    } else {
      const size_t shrink = layer.pooled ? 2 : 1;
      const FeatureMap convolved = new_map(layer.output_blocks, map.height / shrink, map.width / shrink);
      ConvolveByWinograd(layer, kernels, map, convolved, crew);
      map = convolved;
    }
  }
  Average(map, kernels.lanes, chain_->outputs(), output);
}

}  // namespace lookalike
