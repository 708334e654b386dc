// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

namespace lookalike {

// Floats that start at a cache line. A large buffer starts at a huge page and asks the system for such pages: a pass
// over weights touches a new 4 KiB page every few hundred instructions otherwise, more than the processor keeps track
// of. Where the system gives none, only speed is lost.
class FloatBuffer {
 public:
  FloatBuffer() = default;
  explicit FloatBuffer(size_t size);  // all zero

  // Makes room for `size` floats. What was there is lost if it grows; it never shrinks.
  void Reserve(size_t size) {
    if (size > size_) *this = FloatBuffer(size);
  }

  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(float* memory) const { std::free(memory); }
  };
  std::unique_ptr<float, Free> data_;
  size_t size_ = 0;
};

}  // namespace lookalike
