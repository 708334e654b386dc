// SPDX-License-Identifier: Apache-2.0
#include "libs/vector/code.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "libs/vector/code_kernels.h"

namespace lookalike {
namespace {

// v of the smallest value: the middle of what high byte 0 stands for. And of the largest value: that of 127.
constexpr float kSmallest = 128;
constexpr float kLargest = kSmallest + 127 * 256;

// Loops over this many values are what compilers turn into vector instructions of any width.
constexpr size_t kBlock = kCodeAlignment;

struct Range {
  float smallest;
  float largest;
};

Range RangeOf(std::span<const float> values) {
  constexpr size_t kLanes = 16;
  float smallest[kLanes], largest[kLanes];
  std::fill_n(smallest, kLanes, values[0]);
  std::fill_n(largest, kLanes, values[0]);
  size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (size_t j = 0; j < kLanes; ++j) {
      const float value = values[i + j];
      smallest[j] = value < smallest[j] ? value : smallest[j];
      largest[j] = value > largest[j] ? value : largest[j];
    }
  }
  for (; i < values.size(); ++i) {
    smallest[0] = std::min(smallest[0], values[i]);
    largest[0] = std::max(largest[0], values[i]);
  }
  return {*std::min_element(smallest, smallest + kLanes), *std::max_element(largest, largest + kLanes)};
}

// `range` in so many steps; 0 where the step would lose bits to underflow.
float StepOf(float range, float steps) {
  const float step = range / steps;
  return step < std::numeric_limits<float>::min() ? 0 : step;
}

void EncodeBlock(const float* __restrict values, float smallest, float step, uint8_t* __restrict high,
                 uint8_t* __restrict low) {
  for (size_t i = 0; i < kBlock; ++i) {
    // All terms are positive, so that adding a half and cutting off rounds to the nearest.
    const auto v = static_cast<int32_t>((values[i] - smallest) / step + (kSmallest + 0.5f));
    high[i] = static_cast<uint8_t>(v >> 8);
    low[i] = static_cast<uint8_t>(v);
  }
}

// Rounds values in ±127 steps to the nearest byte; returns the sum of the bytes.
int32_t QueryBlock(const float* __restrict values, float step, int8_t* __restrict bytes) {
  int32_t sum = 0;
  for (size_t i = 0; i < kBlock; ++i) {
    // Shifted to positive numbers, which cutting off rounds as it does in EncodeBlock.
    const int32_t byte = static_cast<int32_t>(values[i] / step + 128.5f) - 128;
    bytes[i] = static_cast<int8_t>(byte);
    sum += byte;
  }
  return sum;
}

// `size` is a multiple of the number of lanes. Doubles, as the sum of many floats would lose digits.
float SumOf(const float* values, size_t size) {
  double lanes[8] = {};
  for (size_t i = 0; i < size; i += 8) {
    for (size_t j = 0; j < 8; ++j) lanes[j] += values[i + j];
  }
  return static_cast<float>(((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) +
                            ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7])));
}

}  // namespace

CodeScale Encode(std::span<const float> embedding, uint8_t* high, uint8_t* low) {
  const size_t size = embedding.size(), padded = PaddedDimension(size);
  if (size == 0) return {};
  const Range range = RangeOf(embedding);
  const float step = StepOf(range.largest - range.smallest, kLargest - kSmallest);
  if (step == 0) {
    std::memset(high, 0, padded);
    std::memset(low, 0, padded);
    return {range.smallest, 0};
  }
  size_t i = 0;
  for (; i + kBlock <= size; i += kBlock) {
    EncodeBlock(embedding.data() + i, range.smallest, step, high + i, low + i);
  }
  if (i < size) {
    float rest[kBlock];
    std::fill(std::copy(embedding.begin() + i, embedding.end(), rest), rest + kBlock, range.smallest);
    EncodeBlock(rest, range.smallest, step, high + i, low + i);
    std::memset(high + size, 0, padded - size);
    std::memset(low + size, 0, padded - size);
  }
  return {range.smallest - kSmallest * step, step};
}

void Decode(CodeScale scale, const uint8_t* high, const uint8_t* low, std::span<float> embedding) {
  for (size_t i = 0; i < embedding.size(); ++i) {
    embedding[i] = scale.base + scale.step * static_cast<float>(256 * high[i] + low[i]);
  }
}

int32_t SumOfCode(const uint8_t* high, size_t padded_dimension) {
  int32_t sum = 0;
  for (size_t i = 0; i < padded_dimension; i += kBlock) {
    for (size_t j = 0; j < kBlock; ++j) sum += high[i + j];
  }
  return sum;
}

float ApproximateSimilarity(CodeScale a, int32_t sum_a, CodeScale b, int32_t sum_b, int32_t product, size_t dimension) {
  // Σ (offset_a + step_a · high_a[i]) · (offset_b + step_b · high_b[i]), multiplied out. In doubles, for the terms of
  // vectors of both signs are large and nearly cancel.
  const double offset_a = a.base + 127.5 * a.step, step_a = 256.0 * a.step;
  const double offset_b = b.base + 127.5 * b.step, step_b = 256.0 * b.step;
  return static_cast<float>(static_cast<double>(dimension) * offset_a * offset_b + offset_a * step_b * sum_b +
                            offset_b * step_a * sum_a + step_a * step_b * product);
}

QueryCode::QueryCode(std::span<const float> query)
    : values_(PaddedDimension(query.size())), bytes_(PaddedDimension(query.size())) {
  if (query.empty()) return;
  std::copy(query.begin(), query.end(), values_.begin());
  sum_ = SumOf(values_.data(), values_.size());
  const Range range = RangeOf(values_);
  bytes_step_ = StepOf(std::max(range.largest, -range.smallest), 127);
  if (bytes_step_ == 0) return;
  int32_t sum_of_bytes = 0;
  for (size_t i = 0; i < values_.size(); i += kBlock) {
    sum_of_bytes += QueryBlock(values_.data() + i, bytes_step_, bytes_.data() + i);
  }
  sum_of_bytes_ = static_cast<float>(sum_of_bytes);
}

float QueryCode::ApproximationError(CodeScale scale) const {
  const float width = 256 * scale.step;
  return std::sqrt((width * width + bytes_step_ * bytes_step_) / 12);
}

float QueryCode::Exact(CodeScale scale, const uint8_t* high, const uint8_t* low) const {
  return scale.base * sum_ + scale.step * BestCodeKernel().dot_exact(high, low, values_.data(), values_.size());
}

}  // namespace lookalike
