// SPDX-License-Identifier: Apache-2.0
// The allocation functions of this program and all libraries that it loads, counting what glibc's own give out. Only
// in this way is every byte seen that a decoder takes: the resident set shows neither short peaks nor untouched pages.
#include "tests/unit/libs/image/counted_memory.h"

#include <atomic>
#include <cerrno>
#include <cstddef>

#include <malloc.h>

namespace lookalike {
namespace {

std::atomic<int64_t> g_held = 0;
std::atomic<int64_t> g_peak = 0;
std::atomic<int64_t> g_start = 0;

}  // namespace

void StartCountingMemory() { g_start = g_peak = g_held.load(); }
int64_t PeakBytes() { return g_peak - g_start; }

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
bool CountsMemory() { return false; }
}  // namespace lookalike
#else
bool CountsMemory() { return true; }

namespace {

void* Counted(void* memory) {
  if (memory == nullptr) return nullptr;
  const int64_t held = g_held += static_cast<int64_t>(malloc_usable_size(memory));
  int64_t peak = g_peak;
  while (held > peak && !g_peak.compare_exchange_weak(peak, held)) {
  }
  return memory;
}

void Uncounted(void* memory) {
  if (memory != nullptr) g_held -= static_cast<int64_t>(malloc_usable_size(memory));
}

}  // namespace
}  // namespace lookalike

extern "C" {

// What glibc calls its own functions.
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
void __libc_free(void* memory);

void* malloc(size_t size) { return lookalike::Counted(__libc_malloc(size)); }
void* calloc(size_t count, size_t size) { return lookalike::Counted(__libc_calloc(count, size)); }
void* memalign(size_t alignment, size_t size) { return lookalike::Counted(__libc_memalign(alignment, size)); }
void* aligned_alloc(size_t alignment, size_t size) { return lookalike::Counted(__libc_memalign(alignment, size)); }

int posix_memalign(void** memory, size_t alignment, size_t size) {
  *memory = lookalike::Counted(__libc_memalign(alignment, size));
  return *memory == nullptr ? ENOMEM : 0;
}

void* realloc(void* memory, size_t size) {
  const auto before = memory == nullptr ? 0 : static_cast<int64_t>(malloc_usable_size(memory));
  void* const moved = __libc_realloc(memory, size);
  if (moved != nullptr || size == 0) lookalike::g_held -= before;
  return lookalike::Counted(moved);
}

void free(void* memory) {
  lookalike::Uncounted(memory);
  __libc_free(memory);
}

}  // extern "C"
#endif
