// SPDX-License-Identifier: Apache-2.0
#include "tests/recovery/server_options.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

// A point in the program's code, and how often a load of a second may pass it.
struct KillPoint {
  const char* name;
  uint64_t passings;
};

const std::vector<KillPoint> kKillPoints = {
    {"storage.before_commit", 200}, {"storage.after_commit", 200}, {"collection.after_store", 200},
    {"file.before_rename", 3},      {"file.after_rename", 3},      {"snapshot.begin", 3},
    {"snapshot.before_publish", 3}, {"snapshot.after_publish", 3}, {"rebuild.begin", 2},
    {"rebuild.before_swap", 2},     {"rebuild.after_swap", 2},
};

}  // namespace

const std::vector<ServerOption>& ServerOptions() {
  // The graph is to be used with a few hundred items already, hence the thresholds. A snapshot is of no use to a
  // program with another M, so that is seldom another.
  static const auto& options = *new std::vector<ServerOption>{
      {"--hnsw-m", {"16", "16", "16", "16", "16", "16", "8", "32"}},
      {"--ef-construction", {"60", "80", "100"}},
      {"--ef-search", {"100", "200"}},
      {"--exact-threshold", {"0", "50", "500"}},
      {"--snapshot-interval-s", {"1", "5"}},
      {"--rebuild-share", {"0.05", "0.3"}},
      {"--rebuild-least", {"20", "200"}},
      {"--link-threads", {"1", "2"}},
  };
  return options;
}

std::vector<ServerOption> KnownOptions(const std::vector<ServerOption>& options, const std::string& help) {
  std::vector<ServerOption> known;
  std::copy_if(options.begin(), options.end(), std::back_inserter(known),
               [&](const ServerOption& option) { return absl::StrContains(help, option.flag + " "); });
  return known;
}

std::vector<std::string> ChooseFlags(const std::vector<ServerOption>& options, Random& random) {
  std::vector<std::string> flags;
  for (const ServerOption& option : options) {
    if (random.Chance(0.2)) continue;
    flags.push_back(option.flag);
    flags.push_back(random.Pick(option.values));
  }
  return flags;
}

std::string ChooseKillPoint(Random& random) {
  const KillPoint& point = random.Pick(kKillPoints);
  const uint64_t passing = random.Between(1, point.passings);
  return passing == 1 ? point.name : absl::StrCat(point.name, ":", passing);
}

}  // namespace lookalike
