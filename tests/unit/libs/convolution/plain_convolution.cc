// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/libs/convolution/plain_convolution.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace lookalike {
namespace {

struct Picture {
  size_t channels, height, width;
  std::vector<double> values;

  Picture(size_t c, size_t h, size_t w) : channels(c), height(h), width(w), values(c * h * w) {}
  double& At(size_t c, size_t y, size_t x) { return values[(c * height + y) * width + x]; }
  double At(size_t c, size_t y, size_t x) const { return values[(c * height + y) * width + x]; }
};

double Convolve(const Picture& picture, const ConvolutionLayer& layer, size_t output, size_t y, size_t x) {
  double sum = layer.bias[output];
  for (size_t c = 0; c < layer.inputs; ++c) {
    for (size_t row = 0; row < 3; ++row) {
      for (size_t column = 0; column < 3; ++column) {
        const size_t at_y = y + row - 1, at_x = x + column - 1;  // -1 is a very large number
        if (at_y >= picture.height || at_x >= picture.width) continue;
        sum += picture.At(c, at_y, at_x) * layer.weights[((output * layer.inputs + c) * 3 + row) * 3 + column];
      }
    }
  }
  return std::max(sum, 0.0);
}

Picture Pass(const Picture& picture, const ConvolutionLayer& layer) {
  Picture full(layer.outputs, picture.height, picture.width);
  for (size_t c = 0; c < full.channels; ++c) {
    for (size_t y = 0; y < full.height; ++y) {
      for (size_t x = 0; x < full.width; ++x) full.At(c, y, x) = Convolve(picture, layer, c, y, x);
    }
  }
  if (!layer.pooled) return full;
  Picture pooled(layer.outputs, full.height / 2, full.width / 2);
  for (size_t c = 0; c < full.channels; ++c) {
    for (size_t y = 0; y < pooled.height; ++y) {
      for (size_t x = 0; x < pooled.width; ++x) {
        pooled.At(c, y, x) = std::max({full.At(c, 2 * y, 2 * x), full.At(c, 2 * y, 2 * x + 1),
                                       full.At(c, 2 * y + 1, 2 * x), full.At(c, 2 * y + 1, 2 * x + 1)});
      }
    }
  }
  return pooled;
}

}  // namespace

ConvolutionLayer RandomLayer(size_t inputs, size_t outputs, bool pooled, unsigned seed) {
  std::mt19937 random(seed);
  ConvolutionLayer layer{inputs, outputs, std::vector<float>(outputs * inputs * 9), std::vector<float>(outputs),
                         pooled};
  std::normal_distribution<float> weight(0, std::sqrt(2.0f / static_cast<float>(inputs * 9)));
  for (float& value : layer.weights) value = weight(random);
  for (float& value : layer.bias) value = std::normal_distribution<float>(0, 0.1f)(random);
  return layer;
}

ConvolutionChain RandomChain(size_t inputs, const std::vector<size_t>& outputs, const std::vector<size_t>& pooled,
                             unsigned seed) {
  ConvolutionChain chain;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const bool is_pooled = std::find(pooled.begin(), pooled.end(), i) != pooled.end();
    chain.layers.push_back(RandomLayer(inputs, outputs[i], is_pooled, seed + static_cast<unsigned>(i)));
    inputs = outputs[i];
  }
  return chain;
}

std::vector<float> RandomPictures(size_t values, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> pictures(values);
  for (float& value : pictures) value = std::normal_distribution<float>()(random);
  return pictures;
}

std::vector<double> PlainOutput(const ConvolutionChain& chain, const std::vector<float>& input, size_t batch,
                                size_t height, size_t width) {
  std::vector<double> output;
  for (size_t image = 0; image < batch; ++image) {
    Picture picture(chain.layers.front().inputs, height, width);
    std::copy_n(input.begin() + image * picture.values.size(), picture.values.size(), picture.values.begin());
    for (const ConvolutionLayer& layer : chain.layers) picture = Pass(picture, layer);
    const size_t pixels = picture.height * picture.width;
    for (size_t c = 0; c < picture.channels; ++c) {
      double sum = 0;
      for (size_t i = 0; i < pixels; ++i) sum += picture.values[c * pixels + i];
      output.push_back(sum / static_cast<double>(pixels));
    }
  }
  return output;
}

double RelativeError(const std::vector<float>& found, const std::vector<double>& wanted) {
  double error = 0, largest = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!(std::abs(found[i] - wanted[i]) <= error)) error = std::abs(found[i] - wanted[i]);  // keeps what is no number
    largest = std::max(largest, std::abs(wanted[i]));
  }
  return error / largest;
}

}  // namespace lookalike
