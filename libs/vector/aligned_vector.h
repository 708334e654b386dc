// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace lookalike {

// A std::allocator whose memory starts at a multiple of `alignment` bytes.
template <typename T, size_t alignment>
struct AlignedAllocator {
  using value_type = T;
  template <typename U>
  struct rebind {
    using other = AlignedAllocator<U, alignment>;
  };

  AlignedAllocator() = default;
  template <typename U>
  AlignedAllocator(const AlignedAllocator<U, alignment>&) {}

  T* allocate(size_t count) { return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{alignment})); }
  void deallocate(T* memory, size_t) { ::operator delete (memory, std::align_val_t{alignment}); }

  bool operator==(const AlignedAllocator&) const = default;
};

template <typename T, size_t alignment>
using AlignedVector = std::vector<T, AlignedAllocator<T, alignment>>;

}  // namespace lookalike
