// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace lookalike {

// The path of a bundle with the project's starter weights, in `directory`; made there at the first call. NotFound
// where the weights, models/starter-vgg16-gap.safetensors, are neither beside the program nor in the source tree that
// it was built in.
absl::StatusOr<std::string> StarterModel(const std::string& directory);

}  // namespace lookalike
