// SPDX-License-Identifier: Apache-2.0
// Compiled with -mavx2 -mfma.
#if defined(__x86_64__)

#include <immintrin.h>

#include "libs/convolution/kernels_of_processors.h"

namespace lookalike {
namespace {

constexpr size_t kLanes = 8;
constexpr size_t kPanelVectors = 2;
constexpr size_t kRows = 6;  // 12 sums, 2 weights, 1 input: 15 of 16 registers

using Vector = __m256;

__attribute__((always_inline)) inline Vector Max(Vector a, Vector b) { return _mm256_max_ps(a, b); }

}  // namespace
}  // namespace lookalike

#include "libs/convolution/vector_kernels.h"

namespace lookalike {

const ConvolutionKernels kAvx2ConvolutionKernels = KernelsNamed("avx2");

}  // namespace lookalike

#endif  // defined(__x86_64__)
