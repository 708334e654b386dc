// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace lookalike {

namespace kill_point_internal {
// True until the first passage has found that this process is not to be killed.
inline std::atomic<bool> armed{true};
void Pass(const char* name);
}  // namespace kill_point_internal

// A named place in the program, for the crash tests: where the environment variable LOOKALIKE_KILL_AT is `name`, the
// process kills itself here with SIGKILL, and where it is `name:N` it does so the N-th time that it comes by. What the
// disk then holds is what a crash at this very place leaves. Without the variable it costs one relaxed load.
//
// The variable is read at the first passage of any kill point. Thread-safe.
inline void KillPoint(const char* name) {
  if (kill_point_internal::armed.load(std::memory_order_relaxed)) kill_point_internal::Pass(name);
}

}  // namespace lookalike
