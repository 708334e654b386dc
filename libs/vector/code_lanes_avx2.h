// SPDX-License-Identifier: Apache-2.0
// Internal to libs/vector: how the x86-64 kernels of codes add up the lanes of their registers.
#pragma once

#if defined(__x86_64__)

#include <cstdint>

#include <immintrin.h>

namespace lookalike {

__attribute__((target("avx2"))) inline int32_t SumOfLanes(__m256i v) {
  __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, _MM_SHUFFLE(1, 0, 3, 2)));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, _MM_SHUFFLE(2, 3, 0, 1)));
  return _mm_cvtsi128_si32(sum);
}

// The sums of four registers to sums[0..3].
__attribute__((target("avx2"))) inline void SumsOfLanes(__m256i v0, __m256i v1, __m256i v2, __m256i v3, int32_t* sums) {
  const __m256i pairs = _mm256_hadd_epi32(_mm256_hadd_epi32(v0, v1), _mm256_hadd_epi32(v2, v3));
  const __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(sums), sum);
}

// In the order that CodeKernel::dot_exact asks for, from its eight sums of two lanes each.
__attribute__((target("avx2"))) inline float SumOfLanes(__m256 v) {
  __m128 sum = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
  return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}

}  // namespace lookalike

#endif  // defined(__x86_64__)
