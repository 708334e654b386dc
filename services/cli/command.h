// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "absl/status/status.h"

// The subcommands of `lookalike`. Each Add… function adds its flags to `app` as a subcommand, and where that is the one
// the user chose, sets `chosen` to what it does. What it prints for people goes to standard output as tables; with
// --json, one JSON value for programs goes there instead; progress and complaints go to standard error.
namespace lookalike {

using Command = std::function<absl::Status()>;

void AddServe(CLI::App& app, Command& chosen);
void AddIngest(CLI::App& app, Command& chosen);
void AddSearch(CLI::App& app, Command& chosen);
void AddGet(CLI::App& app, Command& chosen);
void AddDelete(CLI::App& app, Command& chosen);
void AddStats(CLI::App& app, Command& chosen);
void AddCollections(CLI::App& app, Command& chosen);
void AddCheck(CLI::App& app, Command& chosen);
void AddBackup(CLI::App& app, Command& chosen);
void AddRestore(CLI::App& app, Command& chosen);
void AddModel(CLI::App& app, Command& chosen);
void AddEmbed(CLI::App& app, Command& chosen);
void AddEval(CLI::App& app, Command& chosen);
void AddDemoCatalog(CLI::App& app, Command& chosen);
void AddBench(CLI::App& app, Command& chosen);
// `app` must outlive `chosen`.
void AddCompletion(CLI::App& app, Command& chosen);

}  // namespace lookalike
