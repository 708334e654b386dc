// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lookalike {

// Vectors of one dimension, one after another in memory.
class VectorTable {
 public:
  explicit VectorTable(size_t dimension) : dimension_(dimension) {}

  void Reserve(size_t vectors) { values_.reserve(vectors * dimension_); }
  // `vector` has dimension() values.
  void Append(std::span<const float> vector) { values_.insert(values_.end(), vector.begin(), vector.end()); }

  size_t dimension() const { return dimension_; }
  size_t size() const { return values_.size() / dimension_; }
  std::span<const float> operator[](size_t i) const { return {values_.data() + i * dimension_, dimension_}; }

 private:
  size_t dimension_;
  std::vector<float> values_;
};

}  // namespace lookalike
