// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "services/cli/bench/statistics.h"

namespace lookalike {

// What a number of calls took, in microseconds.
struct Latencies {
  double p50 = 0;
  double p99 = 0;
  double max = 0;
  size_t calls = 0;
};

Latencies Summarize(const std::vector<double>& microseconds);
nlohmann::ordered_json ToJson(const Latencies& latencies);

}  // namespace lookalike
