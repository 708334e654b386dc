// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/libs/ann/clustered_vectors.h"

#include <algorithm>

#include "libs/vector/dot.h"

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

std::vector<Neighbor> BruteForce(const std::map<Slot, Embedding>& embeddings, const Embedding& query, size_t k) {
  std::vector<Neighbor> nearest;
  for (const auto& [slot, embedding] : embeddings) {
    nearest.push_back({slot, Dot(query.data(), embedding.data(), query.size())});
  }
  // Stable: the map is in the order of slots, and so are equal ones then.
  std::stable_sort(nearest.begin(), nearest.end(),
                   [](const Neighbor& a, const Neighbor& b) { return a.similarity > b.similarity; });
  if (nearest.size() > k) nearest.resize(k);
  return nearest;
}

std::vector<Slot> SlotsOf(const std::vector<Neighbor>& neighbors) {
  std::vector<Slot> slots;
  for (const Neighbor& neighbor : neighbors) slots.push_back(neighbor.slot);
  return slots;
}

}  // namespace lookalike
