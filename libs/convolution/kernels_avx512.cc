// SPDX-License-Identifier: Apache-2.0
// Compiled with -mavx512f -mfma.
#if defined(__x86_64__)

#include <immintrin.h>

#include "libs/convolution/kernels_of_processors.h"

namespace lookalike {
namespace {

constexpr size_t kLanes = 16;
constexpr size_t kPanelVectors = 2;
constexpr size_t kRows = 14;  // 28 sums, 2 weights, 1 input: 31 of 32 registers

using Vector = __m512;

// The form with a mask: in gcc 12 the plain one warns of an uninitialised value inside it (gcc bug 105593). With all
// lanes in the mask both are the same instruction.
__attribute__((always_inline)) inline Vector Max(Vector a, Vector b) { return _mm512_maskz_max_ps(0xffff, a, b); }

}  // namespace
}  // namespace lookalike

#include "libs/convolution/vector_kernels.h"

namespace lookalike {

const ConvolutionKernels kAvx512ConvolutionKernels = KernelsNamed("avx512");

}  // namespace lookalike

#endif  // defined(__x86_64__)
