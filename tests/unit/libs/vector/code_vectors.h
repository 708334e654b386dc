// SPDX-License-Identifier: Apache-2.0
// Vectors and codes that the tests of codes share.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "libs/vector/code.h"
#include "libs/vector/embedding.h"

namespace lookalike {

inline std::vector<float> SignedVector(size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(size);
  for (float& value : values) value = normal(random);
  return values;
}

// As a ReLU leaves a layer of which the average is `shift` standard deviations below zero.
inline std::vector<float> SparseVector(size_t size, unsigned seed, float shift = 0) {
  std::vector<float> values = SignedVector(size, seed);
  for (float& value : values) value = std::max(value - shift, 0.0f);
  return values;
}

inline std::vector<float> NonNegativeVector(size_t size, unsigned seed) {
  std::vector<float> values = SignedVector(size, seed);
  for (float& value : values) value = std::abs(value);
  return values;
}

inline Embedding Normalized(std::vector<float> values) {
  Normalize(values).IgnoreError();  // the test sees where it failed: the norm is not 1
  return values;
}

inline double ExactDot(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

// The code of a vector, with memory of its own.
struct Code {
  explicit Code(const std::vector<float>& values)
      : high(PaddedDimension(values.size())), low(PaddedDimension(values.size())) {
    scale = Encode(values, high.data(), low.data());
  }

  AlignedVector<uint8_t, kCodeAlignment> high, low;
  CodeScale scale;
};

}  // namespace lookalike
