// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace lookalike {

// Replaces the file at `path` by one that holds `bytes`. Written beside it, synced and renamed: at any moment, a crash
// or a power loss leaves the old file or the new one. An error is the operating system's, with what it happened to.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view bytes);

}  // namespace lookalike
