// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "absl/status/status.h"

namespace lookalike {

// What the programs answer the shell with.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;  // what was asked for did not work
inline constexpr int kExitUsage = 2;   // the command line is wrong

// The body of a main(): parses the command line into what `app`'s flags are bound to, then calls `run`. Says on
// standard error what went wrong, and returns one of the codes above.
int RunMain(CLI::App& app, int argc, char** argv, const std::function<absl::Status()>& run);

}  // namespace lookalike
