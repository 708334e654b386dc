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

// What is allocated while it lives is not reported as a leak: where an allocation fails in hnswlib's constructor, it
// loses those that it made before.
class UnreportedLeaks {
 public:
  UnreportedLeaks();
  ~UnreportedLeaks();
  UnreportedLeaks(const UnreportedLeaks&) = delete;
  UnreportedLeaks& operator=(const UnreportedLeaks&) = delete;
};

// While it lives, every `operator new` of every other thread throws std::bad_alloc.
class FailingMemoryElsewhere {
 public:
  FailingMemoryElsewhere();
  ~FailingMemoryElsewhere();
  FailingMemoryElsewhere(const FailingMemoryElsewhere&) = delete;
  FailingMemoryElsewhere& operator=(const FailingMemoryElsewhere&) = delete;

  // Waits until that many allocations have failed.
  void WaitForFailures(size_t count) const;
};

}  // namespace lookalike
