// SPDX-License-Identifier: Apache-2.0
#include "tests/recovery/cycle_plan.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace lookalike {
namespace {

absl::Duration UpTo(int64_t most_ms, Random& random) {
  return absl::Milliseconds(static_cast<int64_t>(random.Below(static_cast<uint64_t>(most_ms) + 1)));
}

}  // namespace

CyclePlan MakePlan(const std::vector<ServerOption>& options, Random& random) {
  CyclePlan plan;
  plan.damage = random.Chance(0.4);
  plan.kill_while_starting = random.Chance(0.15);
  plan.starting_for = UpTo(300, random);
  plan.flags = ChooseFlags(options, random);
  if (random.Chance(0.4)) plan.kill_at = ChooseKillPoint(random);
  plan.load_for = UpTo(random.Chance(0.1) ? 50 : 1500, random);
  plan.clean_end = random.Chance(0.1);
  return plan;
}

std::string PlanText(const CyclePlan& plan) {
  std::string text = absl::StrCat("flags [", absl::StrJoin(plan.flags, " "), "]");
  if (plan.damage) absl::StrAppend(&text, ", damage before the start");
  if (plan.kill_while_starting) {
    absl::StrAppend(&text, ", a start killed after ", absl::FormatDuration(plan.starting_for));
  }
  if (!plan.kill_at.empty()) absl::StrAppend(&text, ", LOOKALIKE_KILL_AT=", plan.kill_at);
  absl::StrAppend(&text, ", ", absl::FormatDuration(plan.load_for), " of load, then ",
                  plan.clean_end ? "SIGTERM" : "SIGKILL");
  return text;
}

}  // namespace lookalike
