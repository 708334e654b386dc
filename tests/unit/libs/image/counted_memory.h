// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace lookalike {

// Whether this program counts its memory: it does not under a sanitizer, which brings an allocator of its own.
bool CountsMemory();

// From now on, the largest number of bytes held at one time beyond those held now; read by PeakBytes().
void StartCountingMemory();
int64_t PeakBytes();

}  // namespace lookalike
