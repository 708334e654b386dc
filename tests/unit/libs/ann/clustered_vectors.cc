// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/libs/ann/clustered_vectors.h"

#include <cmath>

namespace lookalike {

ClusteredVectors::ClusteredVectors(size_t dimension, unsigned seed) : dimension_(dimension), random_(seed) {
  for (size_t i = 0; i < kClusters; ++i) centres_.push_back(Gaussian(1));
  for (size_t i = 0; i < kDirections; ++i) directions_.push_back(Gaussian(0.3f));
}

Embedding ClusteredVectors::Gaussian(float spread) {
  std::normal_distribution<float> normal(0, spread);
  Embedding values(dimension_);
  for (float& value : values) value = normal(random_);
  return values;
}

Embedding ClusteredVectors::Draw() {
  Embedding drawn = Gaussian(0.02f);
  const Embedding& centre = centres_[random_() % kClusters];
  for (size_t i = 0; i < dimension_; ++i) drawn[i] += centre[i];
  std::normal_distribution<float> normal;
  for (const Embedding& direction : directions_) {
    const float step = normal(random_);
    for (size_t i = 0; i < dimension_; ++i) drawn[i] += step * direction[i];
  }
  Normalize(drawn).IgnoreError();
  return drawn;
}

Embedding DrawOfShape(Shape shape, size_t dimension, std::mt19937& random) {
  std::normal_distribution<float> normal;
  Embedding drawn(dimension);
  for (float& value : drawn) {
    value = normal(random);
    if (shape != Shape::kSigned) value = std::abs(value);
    if (shape == Shape::kSparse && random() % 10 != 0) value = 0;
  }
  if (!Normalize(drawn).ok()) drawn[random() % dimension] = 1;  // all were zero
  return drawn;
}

}  // namespace lookalike
