// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/vector/code.h"
#include "libs/vector/code_kernels.h"
#include "tests/unit/libs/vector/code_vectors.h"

namespace lookalike {
namespace {

using testing::Each;

float Approximate(const QueryCode& query, const Code& code) {
  return query.Approximate(code.scale, BestCodeKernel().dot(code.high.data(), query.bytes(), code.high.size()));
}

float Exact(const QueryCode& query, const Code& code) {
  return query.Exact(code.scale, code.high.data(), code.low.data());
}

float Approximate(const Code& a, const Code& b, size_t dimension) {
  const auto* const b_bytes = reinterpret_cast<const int8_t*>(b.high.data());
  return ApproximateSimilarity(a.scale, SumOfCode(a.high.data(), a.high.size()), b.scale,
                               SumOfCode(b.high.data(), b.high.size()),
                               BestCodeKernel().dot(a.high.data(), b_bytes, a.high.size()), dimension);
}

// One kind of embeddings, and how they are made.
struct Kind {
  const char* name;
  std::vector<float> (*vector)(size_t size, unsigned seed);
};

const Kind kKinds[] = {{"signed", SignedVector},
                       {"non-negative", NonNegativeVector},
                       {"half of it zeros", [](size_t size, unsigned seed) { return SparseVector(size, seed); }},
                       {"mostly zeros", [](size_t size, unsigned seed) { return SparseVector(size, seed, 1.5f); }}};

// Errors of a kind of approximation over random pairs, in units of the expected standard deviation.
struct Errors {
  double largest = 0;
  double sum = 0, sum_of_squares = 0;
  size_t count = 0;

  void Add(double error) {
    largest = std::max(largest, std::abs(error));
    sum += error;
    sum_of_squares += error * error;
    ++count;
  }
  double Spread() const { return std::sqrt(sum_of_squares / static_cast<double>(count)); }
  double Mean() const { return sum / static_cast<double>(count); }
};

Errors ErrorsOfQueries(const Kind& kind, size_t dimension) {
  Errors errors;
  for (unsigned i = 0; i < 1000; ++i) {
    const Embedding a = Normalized(kind.vector(dimension, 2 * i)), b = Normalized(kind.vector(dimension, 2 * i + 1));
    const QueryCode query(a);
    const Code code(b);
    errors.Add((Approximate(query, code) - ExactDot(a, b)) / query.ApproximationError(code.scale));
  }
  return errors;
}

TEST(QueryCodeTest, IsExactWithinAHundredThousandth) {
  for (const Kind& kind : kKinds) {
    for (const size_t dimension : {500, 512, 2048}) {
      for (unsigned seed = 0; seed < 20; ++seed) {
        const Embedding a = Normalized(kind.vector(dimension, seed)), b = Normalized(kind.vector(dimension, seed + 50));
        EXPECT_NEAR(Exact(QueryCode(a), Code(b)), ExactDot(a, b), 1e-5) << kind.name << ", dimension " << dimension;
        EXPECT_NEAR(Exact(QueryCode(a), Code(a)), 1, 1e-5) << kind.name << ", dimension " << dimension;
      }
    }
  }
}

// A value of a short vector is larger, and so is a step of its code.
TEST(QueryCodeTest, IsExactWithinTheStepsOfShortVectors) {
  for (const size_t dimension : {2, 16, 63, 64, 65, 200}) {
    for (unsigned seed = 0; seed < 20; ++seed) {
      const Embedding a = Normalized(SignedVector(dimension, seed)), b = Normalized(SignedVector(dimension, seed + 50));
      const Code code(b);
      const double deviation = code.scale.step / std::sqrt(12);
      EXPECT_NEAR(Exact(QueryCode(a), code), ExactDot(a, b), 6 * deviation + 1e-6) << "dimension " << dimension;
    }
  }
}

TEST(QueryCodeTest, ApproximatesWithinSixOfTheStatedDeviations) {
  for (const Kind& kind : kKinds) {
    for (const size_t dimension : {100, 512}) {
      EXPECT_LT(ErrorsOfQueries(kind, dimension).largest, 6) << kind.name << ", dimension " << dimension;
    }
  }
}

TEST(QueryCodeTest, ErrsAsMuchAsStated) {
  for (const Kind& kind : {kKinds[0], kKinds[1], kKinds[2]}) {
    const double spread = ErrorsOfQueries(kind, 512).Spread();
    EXPECT_GT(spread, 1 / 1.5) << kind.name;
    EXPECT_LT(spread, 1.5) << kind.name;
  }
}

TEST(QueryCodeTest, ErrsToNoSide) {
  for (const Kind& kind : kKinds) EXPECT_NEAR(ErrorsOfQueries(kind, 512).Mean(), 0, 0.15) << kind.name;
}

TEST(QueryCodeTest, HoldsTheQueryInSignedBytesPaddedWithZeros) {
  const QueryCode query(std::vector<float>{-2, 1, 0, 0.51f, 2});
  EXPECT_THAT(std::vector(query.bytes(), query.bytes() + 5), testing::ElementsAre(-127, 64, 0, 32, 127));
  EXPECT_THAT(std::vector(query.bytes() + 5, query.bytes() + 64), Each(0));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(query.bytes()) % kCodeAlignment, 0);
}

TEST(QueryCodeTest, ComparesZeroAndEmptyAndConstantVectors) {
  const std::vector<float> zero(100, 0.0f), constant(100, 0.1f), any = Normalized(SignedVector(100, 1));
  double sum = 0;
  for (const float value : any) sum += value;
  EXPECT_EQ(Exact(QueryCode(zero), Code(any)), 0);
  EXPECT_EQ(Approximate(QueryCode(zero), Code(any)), 0);
  EXPECT_EQ(Exact(QueryCode(any), Code(zero)), 0);
  EXPECT_NEAR(Exact(QueryCode(any), Code(constant)), 0.1 * sum, 1e-6);
  EXPECT_NEAR(Exact(QueryCode(constant), Code(any)), 0.1 * sum, 1e-5);
  EXPECT_EQ(Exact(QueryCode({}), Code({})), 0);
}

TEST(QueryCodeTest, KeepsItsResultsWhenCopiedAndMoved) {
  const Embedding a = Normalized(SignedVector(100, 1));
  const Code code(Normalized(SignedVector(100, 2)));
  QueryCode original(a);
  const float exact = Exact(original, code), approximate = Approximate(original, code);
  const QueryCode copy = original;
  const QueryCode moved = std::move(original);
  EXPECT_EQ(Exact(copy, code), exact);
  EXPECT_EQ(Approximate(copy, code), approximate);
  EXPECT_EQ(Exact(moved, code), exact);
}

TEST(ApproximateSimilarityTest, ErrsAsTheRoundingOfBothCodesDoes) {
  for (const Kind& kind : kKinds) {
    for (const size_t dimension : {100, 512}) {
      for (unsigned i = 0; i < 200; ++i) {
        const Embedding a = Normalized(kind.vector(dimension, i)), b = Normalized(kind.vector(dimension, i + 1000));
        const Code code_a(a), code_b(b);
        const double deviation = 256 * std::hypot(code_a.scale.step, code_b.scale.step) / std::sqrt(12);
        EXPECT_NEAR(Approximate(code_a, code_b, dimension), ExactDot(a, b), 6 * deviation)
            << kind.name << ", dimension " << dimension;
        EXPECT_EQ(Approximate(code_a, code_b, dimension), Approximate(code_b, code_a, dimension));
      }
    }
  }
}

TEST(ApproximateSimilarityTest, ComparesConstantVectors) {
  const Code quarter(std::vector<float>(16, 0.25f)), negative(std::vector<float>(16, -0.25f));
  EXPECT_FLOAT_EQ(Approximate(quarter, quarter, 16), 1);
  EXPECT_FLOAT_EQ(Approximate(quarter, negative, 16), -1);
}

}  // namespace
}  // namespace lookalike
