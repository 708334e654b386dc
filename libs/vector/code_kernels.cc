// SPDX-License-Identifier: Apache-2.0
#include "libs/vector/code_kernels.h"

#include "libs/vector/code_kernels_of_processors.h"

namespace lookalike {
namespace {

// The loops over a fixed number of values are what compilers turn into the vector instructions of the baseline.
constexpr size_t kBlock = 64;

int32_t DotPortable(const uint8_t* high, const int8_t* query, size_t size) {
  int32_t sum = 0;
  for (size_t i = 0; i < size; i += kBlock) {
    for (size_t j = 0; j < kBlock; ++j) sum += int16_t{high[i + j]} * int16_t{query[i + j]};
  }
  return sum;
}

void Dot4Portable(const uint8_t* const high[4], const int8_t* query, size_t size, int32_t products[4]) {
  for (size_t row = 0; row < 4; ++row) products[row] = DotPortable(high[row], query, size);
}

float DotExactPortable(const uint8_t* high, const uint8_t* low, const float* query, size_t size) {
  float lanes[16] = {};
  for (size_t i = 0; i < size; i += 16) {
    for (size_t j = 0; j < 16; ++j) {
      lanes[j] += static_cast<float>(256 * high[i + j] + low[i + j]) * query[i + j];
    }
  }
  for (size_t half = 8; half > 0; half /= 2) {
    for (size_t j = 0; j < half; ++j) lanes[j] += lanes[j + half];
  }
  return lanes[0];
}

std::vector<CodeKernel> FindKernels() {
  std::vector<CodeKernel> kernels = {{"portable", DotPortable, Dot4Portable, DotExactPortable}};
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) kernels.push_back(kAvx2CodeKernel);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vnni")) {
    kernels.push_back(kAvx512VnniCodeKernel);
  }
#elif defined(__aarch64__)
  kernels.push_back(kNeonCodeKernel);  // part of every 64-bit ARM processor
#endif
  return kernels;
}

}  // namespace

const std::vector<CodeKernel>& AvailableCodeKernels() {
  static const auto* const kernels = new std::vector<CodeKernel>(FindKernels());
  return *kernels;
}

const CodeKernel& BestCodeKernel() {
  static const CodeKernel best = AvailableCodeKernels().back();
  return best;
}

}  // namespace lookalike
