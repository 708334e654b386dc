// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace lookalike {

// The cores that this process can keep busy, 1 or more: those that it may be scheduled on, or less where a
// container's quota of processor time is less (cgroup v2's cpu.max, or v1's cpu.cfs_quota_us), rounded up. A container
// sees all cores of its host, so counting those starts far too many threads.
// `cgroup_root`: where the container's own control group is mounted.
size_t UsableCores(const std::string& cgroup_root = "/sys/fs/cgroup");

}  // namespace lookalike
