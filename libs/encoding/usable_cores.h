// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace lookalike {

// The cores that this process can keep busy, 1 or more: those that it may be scheduled on (which is what a cpuset comes
// to), or less where a quota of processor time is less, rounded up. A container sees all cores of its host, so counting
// those starts far too many threads, which then use up the quota at once and all stand still until the next period.
//
// Every control group from the process's own up to the root may have a quota (cgroup v2's cpu.max, or v1's
// cpu.cfs_quota_us), and the smallest holds. `cgroup_root`: where control groups are mounted; `own_groups`: which of
// them the process is in, as /proc/self/cgroup says. A container usually sees its own group as the root.
size_t UsableCores(const std::string& cgroup_root = "/sys/fs/cgroup",
                   const std::string& own_groups = "/proc/self/cgroup");

}  // namespace lookalike
