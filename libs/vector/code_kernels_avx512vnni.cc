// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)

#include "libs/vector/code_kernels_of_processors.h"
#include "libs/vector/code_lanes_avx2.h"

#define LOOKALIKE_AVX512_VNNI __attribute__((target("avx512f,avx512bw,avx512vnni")))

namespace lookalike {
namespace {

// For the forms of instructions that take a mask, where the plain form would do: in gcc 12 that one warns of an
// uninitialised value inside it (gcc bug 105593). With all lanes in the mask both are the same instruction.
constexpr __mmask8 kAll8 = 0xff;
constexpr __mmask16 kAll16 = 0xffff;

LOOKALIKE_AVX512_VNNI __m256i AddHalves(__m512i v) {
  return _mm256_add_epi32(_mm512_maskz_extracti64x4_epi64(kAll8, v, 0), _mm512_maskz_extracti64x4_epi64(kAll8, v, 1));
}

LOOKALIKE_AVX512_VNNI __m256 AddHalves(__m512 v) {
  const __m512d pairs = _mm512_castps_pd(v);
  return _mm256_add_ps(_mm256_castpd_ps(_mm512_maskz_extractf64x4_pd(kAll8, pairs, 0)),
                       _mm256_castpd_ps(_mm512_maskz_extractf64x4_pd(kAll8, pairs, 1)));
}

LOOKALIKE_AVX512_VNNI int32_t Dot(const uint8_t* high, const int8_t* query, size_t size) {
  __m512i sum = _mm512_setzero_si512();
  for (size_t i = 0; i < size; i += 64) {
    sum = _mm512_dpbusd_epi32(sum, _mm512_load_si512(high + i), _mm512_load_si512(query + i));
  }
  return SumOfLanes(AddHalves(sum));
}

LOOKALIKE_AVX512_VNNI void Dot4(const uint8_t* const high[4], const int8_t* query, size_t size, int32_t products[4]) {
  const uint8_t *high0 = high[0], *high1 = high[1], *high2 = high[2], *high3 = high[3];
  __m512i sum0 = _mm512_setzero_si512(), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  for (size_t i = 0; i < size; i += 64) {
    const __m512i q = _mm512_load_si512(query + i);
    sum0 = _mm512_dpbusd_epi32(sum0, _mm512_load_si512(high0 + i), q);
    sum1 = _mm512_dpbusd_epi32(sum1, _mm512_load_si512(high1 + i), q);
    sum2 = _mm512_dpbusd_epi32(sum2, _mm512_load_si512(high2 + i), q);
    sum3 = _mm512_dpbusd_epi32(sum3, _mm512_load_si512(high3 + i), q);
  }
  SumsOfLanes(AddHalves(sum0), AddHalves(sum1), AddHalves(sum2), AddHalves(sum3), products);
}

// 16 bytes as 16 floats' worth of 32-bit integers.
LOOKALIKE_AVX512_VNNI __m512i Widen(const uint8_t* bytes) {
  return _mm512_maskz_cvtepu8_epi32(kAll16, _mm_load_si128(reinterpret_cast<const __m128i*>(bytes)));
}

LOOKALIKE_AVX512_VNNI float DotExact(const uint8_t* high, const uint8_t* low, const float* query, size_t size) {
  __m512 sum = _mm512_setzero_ps();
  for (size_t i = 0; i < size; i += 16) {
    const __m512i v = _mm512_or_si512(_mm512_maskz_slli_epi32(kAll16, Widen(high + i), 8), Widen(low + i));
    // Two instructions, for the product is rounded before it is added (this file is compiled without contraction).
    sum = _mm512_add_ps(sum, _mm512_mul_ps(_mm512_maskz_cvtepi32_ps(kAll16, v), _mm512_load_ps(query + i)));
  }
  return SumOfLanes(AddHalves(sum));
}

}  // namespace

const CodeKernel kAvx512VnniCodeKernel = {"avx512vnni", Dot, Dot4, DotExact};

}  // namespace lookalike

#endif  // defined(__x86_64__)
