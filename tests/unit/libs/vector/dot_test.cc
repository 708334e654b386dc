// SPDX-License-Identifier: Apache-2.0
#include "libs/vector/dot.h"

#include <random>

#include <gtest/gtest.h>

namespace lookalike {
namespace {

std::vector<float> RandomVector(size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(size);
  for (float& value : values) value = normal(random);
  return values;
}

double ExactDot(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

TEST(DotTest, EveryKernelAgreesWithDoublePrecisionAtEveryLength) {
  for (const DotKernel& kernel : AvailableDotKernels()) {
    for (size_t size = 0; size <= 130; ++size) {
      const auto a = RandomVector(size, 1), b = RandomVector(size, 2);
      EXPECT_NEAR(kernel.dot(a.data(), b.data(), size), ExactDot(a, b), 1e-4) << kernel.name << ", size " << size;
    }
  }
}

TEST(DotTest, AsksForNoAlignment) {
  const auto a = RandomVector(513, 1), b = RandomVector(513, 2);
  for (const DotKernel& kernel : AvailableDotKernels()) {
    const std::vector<float> shifted_a(a.begin() + 1, a.end()), shifted_b(b.begin() + 1, b.end());
    EXPECT_EQ(kernel.dot(a.data() + 1, b.data() + 1, 512), kernel.dot(shifted_a.data(), shifted_b.data(), 512));
  }
}

TEST(DotTest, TheBestKernelIsAmongTheAvailable) {
  EXPECT_EQ(BestDotKernel().dot, AvailableDotKernels().back().dot);
  EXPECT_STREQ(AvailableDotKernels().front().name, "portable");
}

}  // namespace
}  // namespace lookalike
