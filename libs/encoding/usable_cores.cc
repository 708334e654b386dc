// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/usable_cores.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <thread>
#include <utility>
#include <vector>

#include <sched.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace lookalike {
namespace {

size_t SchedulableCores() {
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof(cores), &cores) == 0) return static_cast<size_t>(CPU_COUNT(&cores));
  return std::max(1u, std::thread::hardware_concurrency());  // more cores than a cpu_set_t holds
}

// A hierarchy of control groups that may have quotas, and the process's own group in it.
struct Hierarchy {
  std::string mount;
  std::string group;  // "", or "/a/b"
};

// From lines like "0::/a/b" (v2) and "4:cpu,cpuacct:/a/b" (v1). All places where distributions mount them.
std::vector<Hierarchy> Hierarchies(const std::string& root, const std::string& own_groups) {
  std::vector<Hierarchy> hierarchies;
  const auto add = [&](std::string mount, const std::string& group) {
    hierarchies.push_back({.mount = std::move(mount), .group = group == "/" ? "" : group});
  };
  std::ifstream lines(own_groups);
  for (std::string line; std::getline(lines, line);) {
    const std::vector<std::string> fields = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (fields.size() != 3) continue;
    const std::vector<std::string> controllers = absl::StrSplit(fields[1], ',');
    if (fields[1].empty()) {
      add(root, fields[2]);
      add(absl::StrCat(root, "/unified"), fields[2]);  // v2 beside v1
    } else if (std::find(controllers.begin(), controllers.end(), "cpu") != controllers.end()) {
      add(absl::StrCat(root, "/cpu"), fields[2]);
      add(absl::StrCat(root, "/", fields[1]), fields[2]);
    }
  }
  // Where a container sees its own group as the root, whatever the lines say.
  add(root, "");
  add(absl::StrCat(root, "/cpu"), "");
  return hierarchies;
}

// Microseconds of processor time a period, of one group; infinite where there is no quota ("max", -1 or no such file).
double QuotaOf(const std::string& folder) {
  double quota = 0, period = 0;
  std::ifstream v2(absl::StrCat(folder, "/cpu.max"));
  if (v2.is_open()) {
    v2 >> quota >> period;
  } else {
    std::ifstream(absl::StrCat(folder, "/cpu.cfs_quota_us")) >> quota;
    std::ifstream(absl::StrCat(folder, "/cpu.cfs_period_us")) >> period;
  }
  return quota > 0 && period > 0 ? quota / period : INFINITY;
}

// The smallest of a group and of those above it.
double SmallestQuota(const Hierarchy& hierarchy) {
  double smallest = QuotaOf(hierarchy.mount);
  for (std::string group = hierarchy.group; !group.empty(); group.resize(group.rfind('/'))) {
    smallest = std::min(smallest, QuotaOf(hierarchy.mount + group));
    if (group.find('/') == std::string::npos) break;
  }
  return smallest;
}

}  // namespace

size_t UsableCores(const std::string& cgroup_root, const std::string& own_groups) {
  double cores = static_cast<double>(SchedulableCores());
  for (const Hierarchy& hierarchy : Hierarchies(cgroup_root, own_groups)) {
    cores = std::min(cores, std::ceil(SmallestQuota(hierarchy)));
  }
  return static_cast<size_t>(cores);
}

}  // namespace lookalike
