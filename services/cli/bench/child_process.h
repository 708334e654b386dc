// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"

namespace lookalike {

// Runs `work` in a child process and returns what it returned. So its memory can be measured by itself: nothing that
// this process, or an earlier child, has used counts, or is there to be used again. To be called while this process has
// one thread only. Internal where the child dies.
absl::StatusOr<std::string> RunInChild(const std::function<absl::StatusOr<std::string>()>& work);

}  // namespace lookalike
