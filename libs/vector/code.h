// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lookalike {

// The compact form in which an index holds embeddings: fixed point of 15 bits with a scale of its own for each vector,
//
//   x[i] = base + step · v[i],   v[i] = 256 · high[i] + low[i],   high in 0..127, low in 0..255.
//
// `base` is the smallest value of the vector and `step` 1/32767 of its range, so that vectors of whatever sign use all
// bits. The high bytes alone are enough to walk a graph: half the memory that the walk touches, and integer products
// of which the processor does 32 or 64 at a time. High and low bytes together are within step/2 of each value, which
// for a normalised vector of 512 dimensions moves a cosine by some 2e-6.
//
// Codes have PaddedDimension() bytes, the end filled with zeros, and are aligned to kCodeAlignment.
struct CodeScale {
  float base = 0;
  float step = 0;
};

inline constexpr size_t kCodeAlignment = 64;

// `dimension` rounded up to a whole number of cache lines.
constexpr size_t PaddedDimension(size_t dimension) {
  return (dimension + kCodeAlignment - 1) / kCodeAlignment * kCodeAlignment;
}

// Writes the code of `embedding` to `high` and `low`, PaddedDimension(embedding.size()) bytes each. The same bytes on
// every processor.
CodeScale Encode(std::span<const float> embedding, uint8_t* high, uint8_t* low);

// The embedding that a code stands for.
void Decode(CodeScale scale, const uint8_t* high, const uint8_t* low, std::span<float> embedding);

// Σ high[i]: what the similarity of two codes needs beside their product.
int32_t SumOfCode(const uint8_t* high, size_t padded_dimension);

// Similarity of two embeddings by their high bytes alone. `product` is DotKernel::dot of both: the high bytes of a
// code, which are below 128, can stand for either operand.
float ApproximateSimilarity(CodeScale a, int32_t sum_a, CodeScale b, int32_t sum_b, int32_t product,
                            size_t dimension);

// A query prepared for comparison with codes. Immutable.
class QueryCode {
 public:
  explicit QueryCode(std::span<const float> query);

  // Signed 8-bit query, padded with zeros: the right-hand operand of CodeKernel::dot. Aligned to kCodeAlignment.
  const int8_t* bytes() const { return bytes_.data(); }

  // The similarity to an embedding by the high bytes of its code. Off by rounding of both sides: standard deviation
  // ApproximationError(scale), normally distributed (a sum of many independent rounding errors).
  float Approximate(CodeScale scale, int32_t product) const {
    return (scale.base + 127.5f * scale.step) * sum_ + 256 * scale.step * bytes_step_ * static_cast<float>(product);
  }
  float ApproximationError(CodeScale scale) const;

  // The similarity to an embedding by its whole code, as exact as the code is. The same float on every processor.
  float Exact(CodeScale scale, const uint8_t* high, const uint8_t* low) const;

 private:
  struct alignas(kCodeAlignment) Line { int8_t values[kCodeAlignment]; };
  // (the implementation may hold its memory otherwise)
  std::vector<int8_t> bytes_;
  std::vector<float> values_;
  float bytes_step_ = 0;
  float sum_ = 0;
};

}  // namespace lookalike
