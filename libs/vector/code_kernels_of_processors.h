// SPDX-License-Identifier: Apache-2.0
// Internal to libs/vector: the kernels of code_kernels.h, one file for each instruction set. Calling one needs a
// processor that has it; code_kernels.cc asks the processor.
#pragma once

#include "libs/vector/code_kernels.h"

namespace lookalike {

#if defined(__x86_64__)
extern const CodeKernel kAvx2CodeKernel;
extern const CodeKernel kAvx512VnniCodeKernel;  // AVX-512 F, BW and VNNI
#elif defined(__aarch64__)
extern const CodeKernel kNeonCodeKernel;
#endif

}  // namespace lookalike
