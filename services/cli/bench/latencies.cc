// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/latencies.h"

namespace lookalike {

Latencies Summarize(const std::vector<double>& microseconds) {
  return {.p50 = Percentile(microseconds, 0.5),
          .p99 = Percentile(microseconds, 0.99),
          .max = Percentile(microseconds, 1),
          .calls = microseconds.size()};
}

nlohmann::ordered_json ToJson(const Latencies& latencies) {
  return {{"p50_us", latencies.p50}, {"p99_us", latencies.p99}, {"max_us", latencies.max}, {"calls", latencies.calls}};
}

}  // namespace lookalike
