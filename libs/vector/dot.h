// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace lookalike {

// The dot product of two float vectors of `size` values. No alignment is asked for. Thread-safe.
using DotFunction = float (*)(const float* a, const float* b, size_t size);

// An implementation of the dot product and what it needs of the processor.
struct DotKernel {
  const char* name;  // "portable", "avx2", "avx512"
  DotFunction dot;
};

// Every kernel that this processor can run, slowest first; never empty. They differ by rounding only: each sums
// in an order of its own, within 1e-6 relative of the double-precision result for normalised vectors.
const std::vector<DotKernel>& AvailableDotKernels();

// The fastest of them, chosen once at first use.
const DotKernel& BestDotKernel();

inline float Dot(const float* a, const float* b, size_t size) { return BestDotKernel().dot(a, b, size); }

}  // namespace lookalike
