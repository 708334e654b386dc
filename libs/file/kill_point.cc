// SPDX-License-Identifier: Apache-2.0
#include "libs/file/kill_point.h"

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace lookalike::kill_point_internal {
namespace {

// Where LOOKALIKE_KILL_AT points.
struct Target {
  std::string name;                       // empty: nowhere
  std::atomic<int64_t> passages_left{1};  // until the one that kills

  Target() {
    const char* value = std::getenv("LOOKALIKE_KILL_AT");
    if (value == nullptr) return;
    const std::pair<std::string, std::string> parts = absl::StrSplit(value, absl::MaxSplits(':', 1));
    name = parts.first;
    if (int64_t count = 0; absl::SimpleAtoi(parts.second, &count)) passages_left = count;
  }
};

}  // namespace

void Pass(const char* name) {
  static Target& target = *new Target;  // never destroyed: threads may come by while the process ends
  if (target.name.empty()) {
    armed.store(false, std::memory_order_relaxed);
  } else if (target.name == name && target.passages_left.fetch_sub(1) == 1) {
    kill(getpid(), SIGKILL);
    for (;;) pause();  // the signal may reach another thread first
  }
}

}  // namespace lookalike::kill_point_internal
