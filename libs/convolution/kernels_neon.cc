// SPDX-License-Identifier: Apache-2.0
#if defined(__aarch64__)

#include <arm_neon.h>

#include "libs/convolution/kernels_of_processors.h"

namespace lookalike {
namespace {

constexpr size_t kLanes = 4;
constexpr size_t kPanelVectors = 4;
constexpr size_t kRows = 6;  // 24 sums, 4 weights, 1 input: 29 of 32 registers

using Vector = float32x4_t;

// As on x86-64, `b` where one is not a number: vmaxq_f32 gives the one that is none.
__attribute__((always_inline)) inline Vector Max(Vector a, Vector b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }

}  // namespace
}  // namespace lookalike

#include "libs/convolution/vector_kernels.h"

namespace lookalike {

const ConvolutionKernels kNeonConvolutionKernels = KernelsNamed("neon");

}  // namespace lookalike

#endif  // defined(__aarch64__)
