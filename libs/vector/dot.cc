// SPDX-License-Identifier: Apache-2.0
#include "libs/vector/dot.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lookalike {
namespace {

// Eight sums that do not wait for each other: enough for the compiler to use the baseline's registers.
float DotPortable(const float* a, const float* b, size_t size) {
  float sums[8] = {};
  size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    for (size_t lane = 0; lane < 8; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  float sum = ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
  for (; i < size; ++i) sum += a[i] * b[i];
  return sum;
}

#if defined(__x86_64__)

__attribute__((target("avx2,fma"))) float SumOfLanes(__m256 v) {
  __m128 half = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  half = _mm_add_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}

// Four accumulators: an FMA takes four to five cycles and two can start in each.
__attribute__((target("avx2,fma"))) float DotAvx2(const float* a, const float* b, size_t size) {
  __m256 sum0 = _mm256_setzero_ps(), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  size_t i = 0;
  for (; i + 32 <= size; i += 32) {
    sum0 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), sum0);
    sum1 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8), sum1);
    sum2 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 16), _mm256_loadu_ps(b + i + 16), sum2);
    sum3 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 24), _mm256_loadu_ps(b + i + 24), sum3);
  }
  for (; i + 8 <= size; i += 8) sum0 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), sum0);
  float sum = SumOfLanes(_mm256_add_ps(_mm256_add_ps(sum0, sum1), _mm256_add_ps(sum2, sum3)));
  for (; i < size; ++i) sum += a[i] * b[i];
  return sum;
}

__attribute__((target("avx512f"))) float DotAvx512(const float* a, const float* b, size_t size) {
  __m512 sum0 = _mm512_setzero_ps(), sum1 = sum0;
  size_t i = 0;
  for (; i + 32 <= size; i += 32) {
    sum0 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), sum0);
    sum1 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 16), _mm512_loadu_ps(b + i + 16), sum1);
  }
  // Not _mm512_reduce_add_ps: gcc 12 warns of an uninitialised value inside it (gcc bug 105593).
  alignas(64) float lanes[16];
  _mm512_store_ps(lanes, _mm512_add_ps(sum0, sum1));
  float sum = 0;
  for (const float lane : lanes) sum += lane;
  for (; i < size; ++i) sum += a[i] * b[i];
  return sum;
}

#endif  // defined(__x86_64__)

std::vector<DotKernel> FindKernels() {
  std::vector<DotKernel> kernels = {{"portable", DotPortable}};
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) kernels.push_back({"avx2", DotAvx2});
  if (__builtin_cpu_supports("avx512f")) kernels.push_back({"avx512", DotAvx512});
#endif
  return kernels;
}

}  // namespace

const std::vector<DotKernel>& AvailableDotKernels() {
  static const auto* const kernels = new std::vector<DotKernel>(FindKernels());
  return *kernels;
}

const DotKernel& BestDotKernel() {
  static const DotKernel best = AvailableDotKernels().back();
  return best;
}

}  // namespace lookalike
