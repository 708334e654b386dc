// SPDX-License-Identifier: Apache-2.0
#include "libs/ann/hnswlib_reference.h"

namespace lookalike {

// Each in its own file.
std::unique_ptr<HnswlibReference> MakeReference_avx(size_t dimension, size_t capacity, size_t M, size_t ef_construction,
                                                    size_t seed);
std::unique_ptr<HnswlibReference> MakeReference_avx512(size_t dimension, size_t capacity, size_t M,
                                                       size_t ef_construction, size_t seed);

namespace {

enum class Unit { kPortable, kAvx, kAvx512 };

Unit BestUnit() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (avx512) return Unit::kAvx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Unit::kAvx;
#endif
  return Unit::kPortable;
}

}  // namespace

const char* HnswlibReference::VectorUnit() {
  switch (BestUnit()) {
    case Unit::kAvx512:
      return "avx512";
    case Unit::kAvx:
      return "avx";
    case Unit::kPortable:
      return "portable";
  }
  return "";
}

std::unique_ptr<HnswlibReference> HnswlibReference::Create(size_t dimension, size_t capacity, size_t M,
                                                           size_t ef_construction, size_t seed) {
  if (BestUnit() == Unit::kAvx512) return MakeReference_avx512(dimension, capacity, M, ef_construction, seed);
  return MakeReference_avx(dimension, capacity, M, ef_construction, seed);
}

}  // namespace lookalike
