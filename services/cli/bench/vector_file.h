// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "services/cli/bench/vector_table.h"

namespace lookalike {

// Reads the first `limit` vectors (0: all) of a file of little-endian float32 values, `dimension` a vector and nothing
// between them, and normalises each. The file may begin with the header of NumPy's .npy format, as `lookalike embed`
// writes it. NotFound where it cannot be read; InvalidArgument, naming the file, where it holds anything else, vectors
// of another dimension, or one that has no direction (all zero, NaN).
absl::StatusOr<VectorTable> ReadVectorFile(const std::string& path, size_t dimension, size_t limit);

}  // namespace lookalike
