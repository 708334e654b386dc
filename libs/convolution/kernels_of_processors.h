// SPDX-License-Identifier: Apache-2.0
// Internal to libs/convolution: the kernels of kernels.h, one file for each instruction set. Calling one needs a
// processor that has it; kernels.cc asks the processor.
#pragma once

#include "libs/convolution/kernels.h"

namespace lookalike {

#if defined(__x86_64__)
extern const ConvolutionKernels kAvx2ConvolutionKernels;    // AVX2 and FMA
extern const ConvolutionKernels kAvx512ConvolutionKernels;  // AVX-512 F
#elif defined(__aarch64__)
extern const ConvolutionKernels kNeonConvolutionKernels;
#endif

}  // namespace lookalike
