// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/libs/ann/failing_memory.h"

#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

namespace {

thread_local lookalike::FailingMemory::Failures failures_now;

void* Allocate(size_t size) {
  if (size > failures_now.above_bytes) return nullptr;
  if (failures_now.at != lookalike::FailingMemory::kNever && failures_now.at-- == 0) return nullptr;
  return std::malloc(size);
}

void* AllocateOrThrow(size_t size) {
  if (void* const memory = Allocate(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(size_t size) { return AllocateOrThrow(size); }
void* operator new[](size_t size) { return AllocateOrThrow(size); }
void* operator new(size_t size, const std::nothrow_t&) noexcept { return Allocate(size); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return Allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

namespace lookalike {

FailingMemory::FailingMemory(const Failures& failures) { failures_now = failures; }
FailingMemory::~FailingMemory() { failures_now = {}; }

#if defined(__SANITIZE_ADDRESS__)
UnreportedLeaks::UnreportedLeaks() { __lsan_disable(); }
UnreportedLeaks::~UnreportedLeaks() { __lsan_enable(); }
#else
UnreportedLeaks::UnreportedLeaks() = default;
UnreportedLeaks::~UnreportedLeaks() = default;
#endif

}  // namespace lookalike
