// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/recovery/random.h"

namespace lookalike {

// A flag of lookalike-index and the values that a cycle chooses from.
struct ServerOption {
  std::string flag;
  std::vector<std::string> values;
};

// All that the harness varies. A program that does not know a flag is not given it.
const std::vector<ServerOption>& ServerOptions();

// Those of `options` that the text of --help names.
std::vector<ServerOption> KnownOptions(const std::vector<ServerOption>& options, const std::string& help);

// For each option the flag with one of its values, or nothing: then its default holds.
std::vector<std::string> ChooseFlags(const std::vector<ServerOption>& options, Random& random);

// "name" or "name:N": at its Nth passing of a point in its code, a program with that in LOOKALIKE_KILL_AT kills itself.
std::string ChooseKillPoint(Random& random);

}  // namespace lookalike
