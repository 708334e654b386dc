// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lookalike {

// The inner loops over codes (code.h), and what they need of the processor. `size` is a padded dimension, a multiple
// of 64; all pointers are aligned to kCodeAlignment. Every kernel gives the same results, bit for bit. Thread-safe.
struct CodeKernel {
  const char* name;  // "portable", "avx2", "avx512vnni", "neon"

  // Σ high[i] · query[i], for sizes up to 131072. high in 0..127 and query in -127..127, so that the sum of two
  // products fits 16 bits.
  int32_t (*dot)(const uint8_t* high, const int8_t* query, size_t size);

  // The same for four codes at once, which reads the query once.
  void (*dot4)(const uint8_t* const high[4], const int8_t* query, size_t size, int32_t products[4]);

  // Σ (256 · high[i] + low[i]) · query[i] in floats: lane j of 16 adds up i = j, j + 16, …, each product and each
  // addition rounded by itself; then lane j adds lane j + 8, the eight left j + 4, then j + 2, then j + 1. That order
  // makes it the same everywhere.
  float (*dot_exact)(const uint8_t* high, const uint8_t* low, const float* query, size_t size);
};

// Every kernel that this processor can run, slowest first; never empty.
const std::vector<CodeKernel>& AvailableCodeKernels();

// The fastest of them, chosen once at first use.
const CodeKernel& BestCodeKernel();

}  // namespace lookalike
