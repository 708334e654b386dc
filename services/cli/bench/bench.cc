// SPDX-License-Identifier: Apache-2.0
// `lookalike bench`.
#include "services/cli/bench/bench.h"

namespace lookalike {

void AddBench(CLI::App& app, Command& chosen) {
  CLI::App& bench = *app.add_subcommand("bench", "Measure speed, recall and memory on this machine, without a server");
  bench.require_subcommand(1);
  bench.footer(
      "A first try, without any files:\n"
      "  lookalike bench index --synthetic 20000\n\n"
      "docs/benchmarks.md says what the figures mean.");
  AddBenchEncoder(bench, chosen);
  AddBenchIndex(bench, chosen);
  AddBenchFilters(bench, chosen);
  AddBenchMixed(bench, chosen);
  AddBenchWrites(bench, chosen);
  AddBenchStart(bench, chosen);
  AddBenchServing(bench, chosen);
  AddBenchMemory(bench, chosen);
}

}  // namespace lookalike
