// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/synthetic_vectors.h"

#include <cmath>

namespace lookalike {
namespace {

// Chosen so that an index of 20,000 vectors of 512 values has about the recall that it has on VGG16's embeddings.
constexpr size_t kClusters = 100;
constexpr size_t kDirections = 32;
constexpr float kSpread = 1.0f;  // along the first direction; 1/√i of it along the i-th
constexpr float kNoise = 0.05f;  // of each value by itself

}  // namespace

SyntheticVectors::SyntheticVectors(size_t dimension, uint64_t seed) : dimension_(dimension), random_(seed) {
  std::normal_distribution<float> normal;
  const auto draw = [&](float spread) {
    Embedding values(dimension_);
    for (float& value : values) value = spread * normal(random_);
    return values;
  };
  for (size_t i = 0; i < kClusters; ++i) centres_.push_back(draw(1));
  for (size_t i = 0; i < kDirections; ++i) {
    directions_.push_back(draw(kSpread / std::sqrt(static_cast<float>(i + 1))));
  }
}

VectorTable SyntheticVectors::Draw(size_t count) {
  VectorTable vectors(dimension_);
  vectors.Reserve(count);
  Embedding vector(dimension_);
  for (size_t i = 0; i < count; ++i) {
    Draw(vector);
    vectors.Append(vector);
  }
  return vectors;
}

void SyntheticVectors::Draw(std::span<float> vector) {
  std::normal_distribution<float> normal;
  const Embedding& centre = centres_[random_() % kClusters];
  for (size_t i = 0; i < dimension_; ++i) vector[i] = centre[i] + kNoise * normal(random_);
  for (const Embedding& direction : directions_) {
    const float step = normal(random_);
    for (size_t i = 0; i < dimension_; ++i) vector[i] += step * direction[i];
  }
  Normalize(vector).IgnoreError();  // with the noise, never all zero
}

}  // namespace lookalike
