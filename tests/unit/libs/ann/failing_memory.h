// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>

namespace lookalike {

// While it lives, `operator new` throws std::bad_alloc on this thread where `Failures` says so. Linking it replaces
// `operator new` in the whole program.
class FailingMemory {
 public:
  static constexpr size_t kNever = std::numeric_limits<size_t>::max();

  struct Failures {
    size_t above_bytes = kNever;  // every larger allocation
    size_t at = kNever;           // one allocation, counted from 0
  };

  explicit FailingMemory(const Failures& failures);
  ~FailingMemory();
  FailingMemory(const FailingMemory&) = delete;
  FailingMemory& operator=(const FailingMemory&) = delete;
};

// What is allocated while it lives is not reported as a leak: an exception makes hnswlib lose the list in which it
// notes the elements that it has visited.
class UnreportedLeaks {
 public:
  UnreportedLeaks();
  ~UnreportedLeaks();
  UnreportedLeaks(const UnreportedLeaks&) = delete;
  UnreportedLeaks& operator=(const UnreportedLeaks&) = delete;
};

}  // namespace lookalike
