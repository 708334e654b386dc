// SPDX-License-Identifier: Apache-2.0
#include "libs/convolution/kernels.h"

#include "libs/convolution/kernels_of_processors.h"

namespace lookalike {
namespace {

std::vector<const ConvolutionKernels*> FindKernels() {
  std::vector<const ConvolutionKernels*> kernels;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx2) kernels.push_back(&kAvx2ConvolutionKernels);
  if (avx2 && __builtin_cpu_supports("avx512f")) kernels.push_back(&kAvx512ConvolutionKernels);
#elif defined(__aarch64__)
  kernels.push_back(&kNeonConvolutionKernels);  // part of every 64-bit ARM processor
#endif
  return kernels;
}

}  // namespace

const std::vector<const ConvolutionKernels*>& AvailableConvolutionKernels() {
  static const auto* const kernels = new std::vector<const ConvolutionKernels*>(FindKernels());
  return *kernels;
}

}  // namespace lookalike
