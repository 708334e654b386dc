// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/status.h"

#include "tests/recovery/checker.h"
#include "tests/recovery/expectation.h"
#include "tests/recovery/index_client.h"
#include "tests/recovery/random.h"

namespace lookalike {

// What an item's own embedding must score at least.
inline constexpr double kOwnScore = 0.999;
// How far a score may be from the cosine computed here.
inline constexpr double kScoreTolerance = 1e-4;

// Searches a collection in which `observed` was just found, and adds to `result` what is wrong: a sample of the items
// is looked for by their own embeddings, embeddings that were deleted or replaced are looked for and must be gone, and
// filters must find all that matches and nothing else.
absl::Status CheckSearches(IndexClient& client, const ExpectedCollection& expected, const ObservedCollection& observed,
                           Random& random, CheckResult& result);

}  // namespace lookalike
