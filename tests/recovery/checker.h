// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"

#include "tests/recovery/expectation.h"
#include "tests/recovery/index_client.h"
#include "tests/recovery/problem.h"

namespace lookalike {

struct CheckResult {
  // Empty: all is as expected, and `observation` is what must be there from now on.
  Problems problems;
  OwnSearches own_searches;
  Observation observation;
};

// Compares what a server answers with what is expected of it: collections, items by List and by Get, counts, sequence
// numbers, searches, filters, and the server's own audit where it has one. Nobody may write meanwhile. The seed chooses
// the samples. A status, Unavailable, where the server went away.
absl::StatusOr<CheckResult> CheckAll(IndexClient& client, const Expectation& expectation, uint64_t seed);

}  // namespace lookalike
