// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "services/cli/command.h"

// The subcommands of `lookalike bench`: what embeddings, searches and writes cost on this machine, measured in this
// process without any server. docs/benchmarks.md says how each measures and what its figures mean.
namespace lookalike {

void AddBenchEncoder(CLI::App& bench, Command& chosen);
void AddBenchIndex(CLI::App& bench, Command& chosen);
void AddBenchFilters(CLI::App& bench, Command& chosen);
void AddBenchMixed(CLI::App& bench, Command& chosen);
void AddBenchWrites(CLI::App& bench, Command& chosen);
void AddBenchStart(CLI::App& bench, Command& chosen);
void AddBenchServing(CLI::App& bench, Command& chosen);
void AddBenchMemory(CLI::App& bench, Command& chosen);

}  // namespace lookalike
