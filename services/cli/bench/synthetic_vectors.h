// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "libs/vector/embedding.h"
#include "services/cli/bench/vector_table.h"

namespace lookalike {

// Makes vectors of the kind that image models make: in clusters, within which they vary in some directions much and in
// others less. (Independent random values would be about equally far from each other, and no index finds its way among
// those.) The same seed draws the same vectors, with the same standard library.
class SyntheticVectors {
 public:
  SyntheticVectors(size_t dimension, uint64_t seed);

  VectorTable Draw(size_t count);

 private:
  void Draw(std::span<float> vector);

  const size_t dimension_;
  std::mt19937_64 random_;
  std::vector<Embedding> centres_;
  std::vector<Embedding> directions_;
};

}  // namespace lookalike
