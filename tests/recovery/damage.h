// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/recovery/random.h"

namespace lookalike {

// Damages files of a folder that holds only what is derived and may be lost: flips bits, cuts a file off, deletes it,
// or leaves a half-written file that ends in ".tmp" beside it. To be called while no server runs. Returns what it did,
// in words; nothing where there is no such folder. Throws std::filesystem::filesystem_error where the system refuses.
std::vector<std::string> DamageFolder(const std::string& folder, Random& random);

}  // namespace lookalike
