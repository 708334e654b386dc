// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/usable_cores.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <thread>

#include <sched.h>

namespace lookalike {
namespace {

size_t SchedulableCores() {
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof(cores), &cores) == 0) return static_cast<size_t>(CPU_COUNT(&cores));
  return std::max(1u, std::thread::hardware_concurrency());  // more cores than a cpu_set_t holds
}

// Microseconds of processor time a period; 0 where there is no quota ("max", -1 or no such file).
double QuotaCores(const std::string& root) {
  double quota = 0, period = 0;
  std::ifstream v2(root + "/cpu.max");
  if (!v2.is_open()) {
    std::ifstream(root + "/cpu/cpu.cfs_quota_us") >> quota;
    std::ifstream(root + "/cpu/cpu.cfs_period_us") >> period;
  } else if (!(v2 >> quota >> period)) {
    return 0;
  }
  return quota > 0 && period > 0 ? quota / period : 0;
}

}  // namespace

size_t UsableCores(const std::string& cgroup_root) {
  const size_t cores = SchedulableCores();
  const double quota = QuotaCores(cgroup_root);
  return quota == 0 ? cores : std::min(cores, static_cast<size_t>(std::ceil(quota)));
}

}  // namespace lookalike
