// SPDX-License-Identifier: Apache-2.0
// Private to libs/ann: the body of hnswlib_reference_avx.cc and hnswlib_reference_avx512.cc. hnswlib chooses its vector
// code when it is compiled, so it is compiled once for each unit, under a namespace of its own: otherwise the linker
// would keep one of the two for both, and for the index itself.
//
// The includer defines LOOKALIKE_VARIANT(name), which makes a name of its own, and LOOKALIKE_VECTOR_TARGET, the
// pragma that lets the compiler use the unit.

// What hnswlib includes comes first, so that it is compiled as everywhere else.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <deque>
#include <fstream>
#include <functional>
#include <iostream>
#include <list>
#include <memory>
#include <mutex>
#include <queue>
#include <random>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <x86intrin.h>
#endif

#include "libs/ann/hnswlib_reference.h"

#pragma GCC push_options
LOOKALIKE_VECTOR_TARGET
#define hnswlib LOOKALIKE_VARIANT(hnswlib)
// Version 0.6.2 defines these outside of its namespace.
#define cpuid LOOKALIKE_VARIANT(cpuid)
#define xgetbv LOOKALIKE_VARIANT(xgetbv)
#define AVXCapable LOOKALIKE_VARIANT(AVXCapable)
#define AVX512Capable LOOKALIKE_VARIANT(AVX512Capable)
#include <hnswlib/hnswlib.h>

namespace lookalike {

class LOOKALIKE_VARIANT(Reference) final : public HnswlibReference {
 public:
  LOOKALIKE_VARIANT(Reference)
  (size_t dimension, size_t capacity, size_t M, size_t ef_construction, size_t seed)
      : space_(dimension), hnsw_(&space_, capacity, M, ef_construction, seed) {}

  void Add(uint32_t id, const float* embedding) override { hnsw_.addPoint(embedding, id); }
  void SetEf(size_t ef) override { hnsw_.setEf(ef); }
  void Search(const float* query, size_t k, uint32_t* ids) override {
    auto found = hnsw_.searchKnn(query, k);
    for (size_t i = found.size(); i-- > 0; found.pop()) ids[i] = static_cast<uint32_t>(found.top().second);
  }

 private:
  hnswlib::InnerProductSpace space_;
  hnswlib::HierarchicalNSW<float> hnsw_;
};

std::unique_ptr<HnswlibReference> LOOKALIKE_VARIANT(MakeReference)(size_t dimension, size_t capacity, size_t M,
                                                                   size_t ef_construction, size_t seed) {
  return std::make_unique<LOOKALIKE_VARIANT(Reference)>(dimension, capacity, M, ef_construction, seed);
}

}  // namespace lookalike
#pragma GCC pop_options
