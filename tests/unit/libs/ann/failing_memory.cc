// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/libs/ann/failing_memory.h"

#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

namespace {

thread_local lookalike::FailingMemory::Failures failures_now;

}  // namespace

void* operator new(size_t size) {
  if (size > failures_now.above_bytes) throw std::bad_alloc();
  if (failures_now.at != lookalike::FailingMemory::kNever && failures_now.at-- == 0) throw std::bad_alloc();
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace lookalike {

FailingMemory::FailingMemory(const Failures& failures) {
#if defined(__SANITIZE_ADDRESS__)
  __lsan_disable();
#endif
  failures_now = failures;
}

FailingMemory::~FailingMemory() {
  failures_now = {};
#if defined(__SANITIZE_ADDRESS__)
  __lsan_enable();
#endif
}

}  // namespace lookalike
