// SPDX-License-Identifier: Apache-2.0
#include "libs/sync/thread_priority.h"

#include <sys/resource.h>
#include <unistd.h>

namespace lookalike {

void RunInBackground() {
#if defined(__linux__)
  // Nice values are a thread's on Linux, whatever POSIX says; a refusal costs nothing but the effect.
  constexpr int kNice = 10;
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
#endif
}

}  // namespace lookalike
