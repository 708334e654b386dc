// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <vector>

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

// Embeddings without clusters, of the shapes that an index meets.
enum class Shape {
  kSigned,       // every value of either sign
  kNonNegative,  // as an average of what a ReLU leaves
  kSparse,       // nine of ten values are 0
};
Embedding DrawOfShape(Shape shape, size_t dimension, std::mt19937& random);

}  // namespace lookalike
