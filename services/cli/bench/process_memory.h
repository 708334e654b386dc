// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace lookalike {

// Bytes of memory that this process has now, as the system counts them; 0 where it does not say. What was freed is
// given back to the system first.
size_t ResidentBytes();

// The most that ResidentBytes() was since the last ResetPeakResidentBytes().
size_t PeakResidentBytes();
void ResetPeakResidentBytes();

}  // namespace lookalike
