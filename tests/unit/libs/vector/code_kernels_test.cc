// SPDX-License-Identifier: Apache-2.0
#include "libs/vector/code_kernels.h"

#include <random>

#include <gtest/gtest.h>

#include "libs/vector/code.h"

namespace lookalike {
namespace {

// Four codes and a query in both forms, filled with whatever a code may hold.
class CodeKernelTest : public testing::Test {
 protected:
  void FillAtRandom(size_t size) {
    for (size_t row = 0; row < 4; ++row) {
      high_[row].resize(size);
      for (uint8_t& byte : high_[row]) byte = static_cast<uint8_t>(std::uniform_int_distribution(0, 127)(random_));
    }
    low_.resize(size);
    for (uint8_t& byte : low_) byte = static_cast<uint8_t>(std::uniform_int_distribution(0, 255)(random_));
    bytes_.resize(size);
    for (int8_t& byte : bytes_) byte = static_cast<int8_t>(std::uniform_int_distribution(-127, 127)(random_));
    values_.resize(size);
    for (float& value : values_) value = std::normal_distribution<float>()(random_);
  }

  void FillWith(size_t size, uint8_t high, int8_t query) {
    for (auto& row : high_) row.assign(size, high);
    bytes_.assign(size, query);
  }

  int64_t PlainDot(size_t row) const {
    int64_t sum = 0;
    for (size_t i = 0; i < bytes_.size(); ++i) sum += int64_t{high_[row][i]} * bytes_[i];
    return sum;
  }

  // The sum in the order that code_kernels.h states.
  float PlainDotExact() const {
    float lanes[16] = {};
    for (size_t i = 0; i < values_.size(); ++i) {
      const volatile float product = static_cast<float>(256 * high_[0][i] + low_[i]) * values_[i];  // rounded
      lanes[i % 16] += product;
    }
    for (size_t j = 0; j < 8; ++j) lanes[j] += lanes[j + 8];
    for (size_t j = 0; j < 4; ++j) lanes[j] += lanes[j + 4];
    return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
  }

  int32_t Dot(const CodeKernel& kernel, size_t row) const {
    return kernel.dot(high_[row].data(), bytes_.data(), bytes_.size());
  }

  std::vector<int32_t> Dot4(const CodeKernel& kernel) const {
    const uint8_t* const rows[4] = {high_[0].data(), high_[1].data(), high_[2].data(), high_[3].data()};
    std::vector<int32_t> products(4);
    kernel.dot4(rows, bytes_.data(), bytes_.size(), products.data());
    return products;
  }

  float DotExact(const CodeKernel& kernel) const {
    return kernel.dot_exact(high_[0].data(), low_.data(), values_.data(), values_.size());
  }

  std::mt19937 random_{7};
  AlignedVector<uint8_t, kCodeAlignment> high_[4], low_;
  AlignedVector<int8_t, kCodeAlignment> bytes_;
  AlignedVector<float, kCodeAlignment> values_;
};

TEST_F(CodeKernelTest, EveryKernelComputesTheSameDotAtEverySize) {
  for (size_t size = 0; size <= 2112; size += 64) {
    FillAtRandom(size);
    for (const CodeKernel& kernel : AvailableCodeKernels()) {
      EXPECT_EQ(Dot(kernel, 0), PlainDot(0)) << kernel.name << ", size " << size;
    }
  }
}

TEST_F(CodeKernelTest, FourAtOnceAreFourDots) {
  for (size_t size = 0; size <= 2112; size += 64) {
    FillAtRandom(size);
    for (const CodeKernel& kernel : AvailableCodeKernels()) {
      const std::vector<int32_t> dots = {Dot(kernel, 0), Dot(kernel, 1), Dot(kernel, 2), Dot(kernel, 3)};
      EXPECT_EQ(Dot4(kernel), dots) << kernel.name << ", size " << size;
    }
  }
}

TEST_F(CodeKernelTest, EveryKernelAddsUpTheExactDotInTheStatedOrder) {
  for (size_t size = 0; size <= 2112; size += 64) {
    FillAtRandom(size);
    const float expected = PlainDotExact();
    for (const CodeKernel& kernel : AvailableCodeKernels()) {
      EXPECT_EQ(DotExact(kernel), expected) << kernel.name << ", size " << size;
    }
  }
}

TEST_F(CodeKernelTest, TheLargestProductsDoNotSaturate) {
  for (const int8_t query : {127, -127}) {
    FillWith(4096, 127, query);
    for (const CodeKernel& kernel : AvailableCodeKernels()) {
      EXPECT_EQ(Dot(kernel, 0), 4096 * 127 * query) << kernel.name;
      EXPECT_EQ(Dot4(kernel), std::vector<int32_t>(4, 4096 * 127 * query)) << kernel.name;
    }
  }
}

TEST_F(CodeKernelTest, TheLargestSizeFitsTheResult) {
  FillWith(131072, 127, -127);
  for (const CodeKernel& kernel : AvailableCodeKernels()) EXPECT_EQ(Dot(kernel, 0), PlainDot(0)) << kernel.name;
}

TEST_F(CodeKernelTest, TheBestKernelIsAmongTheAvailable) {
  EXPECT_EQ(BestCodeKernel().dot, AvailableCodeKernels().back().dot);
  EXPECT_STREQ(AvailableCodeKernels().front().name, "portable");
}

}  // namespace
}  // namespace lookalike
