// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)

#include "libs/vector/code_kernels_of_processors.h"
#include "libs/vector/code_lanes_avx2.h"

#define LOOKALIKE_AVX2 __attribute__((target("avx2")))

namespace lookalike {
namespace {

template <typename T>
LOOKALIKE_AVX2 __m256i Load(const T* values) {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(values));
}

// The products of 32 values in eight sums of four. Two products fit 16 bits, where maddubs would saturate.
LOOKALIKE_AVX2 __m256i Products(__m256i high, __m256i query) {
  return _mm256_madd_epi16(_mm256_maddubs_epi16(high, query), _mm256_set1_epi16(1));
}

LOOKALIKE_AVX2 int32_t Dot(const uint8_t* high, const int8_t* query, size_t size) {
  __m256i sum0 = _mm256_setzero_si256(), sum1 = sum0;
  for (size_t i = 0; i < size; i += 64) {
    sum0 = _mm256_add_epi32(sum0, Products(Load(high + i), Load(query + i)));
    sum1 = _mm256_add_epi32(sum1, Products(Load(high + i + 32), Load(query + i + 32)));
  }
  return SumOfLanes(_mm256_add_epi32(sum0, sum1));
}

LOOKALIKE_AVX2 void Dot4(const uint8_t* const high[4], const int8_t* query, size_t size, int32_t products[4]) {
  const uint8_t *high0 = high[0], *high1 = high[1], *high2 = high[2], *high3 = high[3];
  __m256i sum0 = _mm256_setzero_si256(), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  for (size_t i = 0; i < size; i += 32) {
    const __m256i q = Load(query + i);
    sum0 = _mm256_add_epi32(sum0, Products(Load(high0 + i), q));
    sum1 = _mm256_add_epi32(sum1, Products(Load(high1 + i), q));
    sum2 = _mm256_add_epi32(sum2, Products(Load(high2 + i), q));
    sum3 = _mm256_add_epi32(sum3, Products(Load(high3 + i), q));
  }
  SumsOfLanes(sum0, sum1, sum2, sum3, products);
}

// sum + v · query for the eight 16-bit values of `v`, the product rounded before the addition.
LOOKALIKE_AVX2 __m256 AddProducts(__m256 sum, __m128i v, const float* query) {
  const __m256 values = _mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(v));
  return _mm256_add_ps(sum, _mm256_mul_ps(values, _mm256_load_ps(query)));
}

LOOKALIKE_AVX2 float DotExact(const uint8_t* high, const uint8_t* low, const float* query, size_t size) {
  __m256 sum0 = _mm256_setzero_ps(), sum1 = sum0;
  for (size_t i = 0; i < size; i += 16) {
    const __m128i highs = _mm_load_si128(reinterpret_cast<const __m128i*>(high + i));
    const __m128i lows = _mm_load_si128(reinterpret_cast<const __m128i*>(low + i));
    sum0 = AddProducts(sum0, _mm_unpacklo_epi8(lows, highs), query + i);
    sum1 = AddProducts(sum1, _mm_unpackhi_epi8(lows, highs), query + i + 8);
  }
  return SumOfLanes(_mm256_add_ps(sum0, sum1));
}

}  // namespace

const CodeKernel kAvx2CodeKernel = {"avx2", Dot, Dot4, DotExact};

}  // namespace lookalike

#endif  // defined(__x86_64__)
