// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "absl/status/status.h"

namespace lookalike {

// The position of one image in the space of its collection's model: `dimension` floats, L2 norm 1 (within 1e-6)
// once it has passed Normalize(). The cosine of two embeddings is then their dot product.
using Embedding = std::vector<float>;

// Scales `values` to L2 norm 1, in place; the norm is computed in double precision.
// InvalidArgument, and `values` unchanged, where one is NaN or infinite, all are zero, or there are none.
absl::Status Normalize(std::span<float> values);

}  // namespace lookalike
