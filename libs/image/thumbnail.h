// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "libs/image/image.h"

namespace lookalike {

// The picture reduced so that neither side is longer than `side` pixels (at least 1), its shape kept. One that is small
// enough already, or has no pixels, comes back as it is. Thread-safe.
Image ScaleToFit(const Image& image, int side);

}  // namespace lookalike
