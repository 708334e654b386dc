// SPDX-License-Identifier: Apache-2.0
#include "libs/convolution/float_buffer.h"

#include <cstring>
#include <new>

#include <sys/mman.h>

namespace lookalike {
namespace {

constexpr size_t kCacheLine = 64;
constexpr size_t kHugePage = size_t{2} << 20;  // on x86-64, and on ARM with 4 KiB pages

}  // namespace

FloatBuffer::FloatBuffer(size_t size) : size_(size) {
  const size_t alignment = size * sizeof(float) < kHugePage ? kCacheLine : kHugePage;
  const size_t bytes = (size * sizeof(float) + alignment - 1) / alignment * alignment;
  data_.reset(static_cast<float*>(std::aligned_alloc(alignment, bytes)));
  if (data_ == nullptr) throw std::bad_alloc();
  if (alignment == kHugePage) madvise(data_.get(), bytes, MADV_HUGEPAGE);  // advice: no matter if it is not taken
  std::memset(data_.get(), 0, bytes);
}

}  // namespace lookalike
