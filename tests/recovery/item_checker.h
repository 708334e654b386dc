// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"

#include "tests/recovery/expectation.h"
#include "tests/recovery/index_client.h"
#include "tests/recovery/problem.h"
#include "tests/recovery/random.h"

namespace lookalike {

using ObservedItems = std::map<std::string, Written>;

// Reads all items of a collection by List, and by Get every id that was ever written there, and reports what is
// missing, phantom, duplicate, stale, zeroed, mixed or torn. Returns what List found.
absl::StatusOr<ObservedItems> CheckItems(IndexClient& client, const ExpectedCollection& expected, Random& random,
                                         Problems& problems);

// Whether a value of this version and sequence number may be there, by what is acknowledged and what is open; what is
// wrong with it goes to `problems`. `found.version` kAbsent: there is none.
void CheckWritten(const std::string& where, const ExpectedItem& expected, const Written& found, Problems& problems);

}  // namespace lookalike
