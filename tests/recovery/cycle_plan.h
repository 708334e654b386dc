// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"

#include "tests/recovery/random.h"
#include "tests/recovery/server_options.h"

namespace lookalike {

// What one cycle does, chosen before it begins.
struct CyclePlan {
  bool damage = false;  // damage what is derived, before the start
  bool kill_while_starting = false;
  absl::Duration starting_for;  // how long that start is given
  std::vector<std::string> flags;
  std::string kill_at;      // LOOKALIKE_KILL_AT; empty: none
  absl::Duration load_for;  // how long the workers have before the end
  bool clean_end = false;   // SIGTERM instead of SIGKILL
};

// Same seed and cycle, same plan.
CyclePlan MakePlan(const std::vector<ServerOption>& options, Random& random);

// In words, on one line.
std::string PlanText(const CyclePlan& plan);

}  // namespace lookalike
