// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace lookalike {

// hnswlib as its users have it, over floats: what `lookalike bench index` measures ours against. Compiled for the
// vector units that hnswlib has code for, and used with the best that this processor has. For benchmarks only.
class HnswlibReference {
 public:
  // "portable", "avx" or "avx512": what the index that Create() makes runs on.
  static const char* VectorUnit();
  static std::unique_ptr<HnswlibReference> Create(size_t dimension, size_t capacity, size_t M, size_t ef_construction,
                                                  size_t seed);
  virtual ~HnswlibReference() = default;

  // Adds an embedding; ids are 0, 1, 2, …
  virtual void Add(uint32_t id, const float* embedding) = 0;
  virtual void SetEf(size_t ef) = 0;
  // The ids of the k nearest by cosine, best first. Embeddings and query are normalised.
  virtual void Search(const float* query, size_t k, uint32_t* ids) = 0;
};

}  // namespace lookalike
