// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "libs/vector/aligned_vector.h"

namespace lookalike {

// The compact form in which an index holds embeddings: fixed point of 15 bits with a scale of its own for each vector,
//
//   x[i] = base + step · v[i],   v[i] = 256 · high[i] + low[i],   high in 0..127, low in 0..255.
//
// The smallest value of the vector has v = 128 and the largest v = 128 + 127 · 256, so that vectors of whatever sign
// use all bits, and `step` is 1/32512 of the vector's range.
//
// The high bytes alone are enough to walk a graph: half the memory that the walk touches, and integer products of
// which the processor does 32 or 64 at a time. They stand for the middle of what they may mean, v ≈ 256 · high + 127.5.
// That is why the smallest value has v = 128 and not 0: it is the most frequent one of a sparse vector (the zeros that
// a ReLU leaves), and half of its values being off to the same side would be an error that no averaging removes.
//
// High and low bytes together are within step/2 of each value, which for a normalised vector of 512 dimensions moves a
// cosine by some 2e-6.
//
// A code has PaddedDimension() high bytes and as many low ones, the end filled with zeros, each aligned to
// kCodeAlignment.
struct CodeScale {
  float base = 0;
  float step = 0;  // 0: all values are `base`
};

inline constexpr size_t kCodeAlignment = 64;

// `dimension` rounded up to a whole number of cache lines.
constexpr size_t PaddedDimension(size_t dimension) {
  return (dimension + kCodeAlignment - 1) / kCodeAlignment * kCodeAlignment;
}

// Writes the code of `embedding` to `high` and `low`, PaddedDimension(embedding.size()) bytes each. The values are
// finite, and so is the difference of any two. A range below 4e-34 counts as none. The same bytes on every processor.
CodeScale Encode(std::span<const float> embedding, uint8_t* high, uint8_t* low);

// Writes to `embedding` the values that a code stands for.
void Decode(CodeScale scale, const uint8_t* high, const uint8_t* low, std::span<float> embedding);

// Σ high[i]: what the similarity of two codes needs beside their product.
int32_t SumOfCode(const uint8_t* high, size_t padded_dimension);

// Similarity of two embeddings of `dimension` values by their high bytes alone. `sum_a` and `sum_b` are their
// SumOfCode() and `product` is CodeKernel::dot of both: the high bytes of a code, which are below 128, can stand for
// either operand.
float ApproximateSimilarity(CodeScale a, int32_t sum_a, CodeScale b, int32_t sum_b, int32_t product, size_t dimension);

// A query prepared for comparison with codes of the same dimension. Costs two allocations and about a microsecond.
// Thread-safe: nothing changes it.
class QueryCode {
 public:
  explicit QueryCode(std::span<const float> query);

  // The query in signed bytes, -127..127, padded with zeros: the right-hand operand of CodeKernel::dot. Aligned to
  // kCodeAlignment.
  const int8_t* bytes() const { return bytes_.data(); }

  // The similarity to an embedding by the high bytes of its code; `product` is CodeKernel::dot of them and bytes().
  // Off by the rounding of both sides, normally distributed (the sum of many independent errors) with standard
  // deviation ApproximationError(scale). The same float on every x86-64 processor; where the compiler may fuse a
  // multiplication with an addition (ARM), the last bit can differ.
  float Approximate(CodeScale scale, int32_t product) const {
    return bytes_step_ *
           ((scale.base + 127.5f * scale.step) * sum_of_bytes_ + 256 * scale.step * static_cast<float>(product));
  }

  // For a normalised query q and embedding x. High bytes err uniformly within ±128 steps of the code a value, and
  // bytes() within ±1/2 of its own step a value, all independent; a uniform error of width w has variance w²/12, so
  //
  //   deviation² = (256 · step)²/12 · |q|² + bytes_step²/12 · |x|²,   |q| = |x| = 1.
  //
  // Sparse vectors do better: the zeros of either side are coded without error.
  float ApproximationError(CodeScale scale) const;

  // The similarity to an embedding by its whole code, as exact as the code is. The same float on every processor.
  float Exact(CodeScale scale, const uint8_t* high, const uint8_t* low) const;

 private:
  AlignedVector<float, kCodeAlignment> values_;  // padded with zeros
  AlignedVector<int8_t, kCodeAlignment> bytes_;  // values_ / bytes_step_
  float sum_ = 0;                                // Σ values_
  float bytes_step_ = 0;                         // the largest |value| has byte ±127
  // Σ bytes_. Approximate() takes the offset of the codes times this and not times the exact sum: the rounding errors
  // of the query then meet the values of the embedding, and not their distances from its smallest value.
  float sum_of_bytes_ = 0;
};

}  // namespace lookalike
