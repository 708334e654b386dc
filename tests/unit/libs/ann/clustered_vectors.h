// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <random>
#include <vector>

#include "libs/ann/vector_index.h"
#include "libs/vector/embedding.h"

namespace lookalike {

// Draws embeddings as image models make them: in clusters, each spread along few directions. (Independent random
// values would be about equally far from each other, and no index finds its way among those.)
class ClusteredVectors {
 public:
  ClusteredVectors(size_t dimension, unsigned seed);

  Embedding Draw();

 private:
  static constexpr size_t kClusters = 50;
  static constexpr size_t kDirections = 6;

  Embedding Gaussian(float spread);

  const size_t dimension_;
  std::mt19937 random_;
  std::vector<Embedding> centres_;
  std::vector<Embedding> directions_;
};

// What an index should answer: the k nearest of `embeddings`, by reading all of them.
std::vector<Neighbor> BruteForce(const std::map<Slot, Embedding>& embeddings, const Embedding& query, size_t k);

std::vector<Slot> SlotsOf(const std::vector<Neighbor>& neighbors);

}  // namespace lookalike
