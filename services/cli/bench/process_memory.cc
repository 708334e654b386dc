// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/process_memory.h"

#include <fstream>
#include <string>

#include <malloc.h>

namespace lookalike {
namespace {

// A line of /proc/self/status, for instance "VmRSS:	  123456 kB" (proc(5)).
size_t StatusBytes(const std::string& field) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    size_t kibibytes = 0;
    if (word == field && status >> kibibytes) return kibibytes * 1024;
  }
  return 0;
}

}  // namespace

size_t ResidentBytes() {
  malloc_trim(0);
  return StatusBytes("VmRSS:");
}

size_t PeakResidentBytes() { return StatusBytes("VmHWM:"); }

void ResetPeakResidentBytes() { std::ofstream("/proc/self/clear_refs") << "5"; }

}  // namespace lookalike
