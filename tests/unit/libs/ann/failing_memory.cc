// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/libs/ann/failing_memory.h"

#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

namespace {

thread_local lookalike::FailingMemory::Failures failures_now;
thread_local bool spared = false;
std::atomic<bool> failing_elsewhere = false;
std::atomic<size_t> failed_elsewhere = 0;

bool Fails(size_t size) {
  if (failing_elsewhere && !spared) {
    ++failed_elsewhere;
    return true;
  }
  if (size > failures_now.above_bytes) return true;
  return failures_now.at != lookalike::FailingMemory::kNever && failures_now.at-- == 0;
}

void* Allocate(size_t size) { return Fails(size) ? nullptr : std::malloc(size); }

void* AllocateAligned(size_t size, std::align_val_t alignment) {
  const size_t multiple = static_cast<size_t>(alignment);
  return Fails(size) ? nullptr : std::aligned_alloc(multiple, (size + multiple - 1) / multiple * multiple);
}

void* OrThrow(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(size_t size) { return OrThrow(Allocate(size)); }
void* operator new[](size_t size) { return OrThrow(Allocate(size)); }
void* operator new(size_t size, const std::nothrow_t&) noexcept { return Allocate(size); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return Allocate(size); }
void* operator new(size_t size, std::align_val_t alignment) { return OrThrow(AllocateAligned(size, alignment)); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

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

FailingMemoryElsewhere::FailingMemoryElsewhere() {
  spared = true;
  failed_elsewhere = 0;
  failing_elsewhere = true;
}

FailingMemoryElsewhere::~FailingMemoryElsewhere() {
  failing_elsewhere = false;
  spared = false;
}

void FailingMemoryElsewhere::WaitForFailures(size_t count) const {
  while (failed_elsewhere < count) std::this_thread::yield();
}

}  // namespace lookalike
