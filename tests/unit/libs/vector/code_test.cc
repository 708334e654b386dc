// SPDX-License-Identifier: Apache-2.0
#include "libs/vector/code.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/libs/vector/code_vectors.h"

namespace lookalike {
namespace {

using testing::Each;
using testing::Lt;

constexpr size_t kSizes[] = {1, 2, 15, 16, 17, 63, 64, 65, 100, 128, 200, 511, 512, 513, 4096};

std::vector<float> Decoded(const Code& code, size_t size) {
  std::vector<float> values(size);
  Decode(code.scale, code.high.data(), code.low.data(), values);
  return values;
}

// Half a step, and the rounding of the floats that base and value are.
void ExpectRoundTrip(const std::vector<float>& values) {
  const Code code(values);
  EXPECT_THAT(code.high, Each(Lt(128)));
  const std::vector<float> decoded = Decoded(code, values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const float bound = 0.51f * code.scale.step + 3e-7f * (std::abs(values[i]) + std::abs(code.scale.base));
    EXPECT_NEAR(decoded[i], values[i], bound) << "value " << i << " of " << values.size();
  }
}

TEST(EncodeTest, KeepsEveryValueWithinHalfAStep) {
  for (const size_t size : kSizes) {
    ExpectRoundTrip(SignedVector(size, 1));
    ExpectRoundTrip(NonNegativeVector(size, 2));
    ExpectRoundTrip(SparseVector(size, 3));
  }
}

TEST(EncodeTest, KeepsNegativeValues) {
  std::vector<float> values = NonNegativeVector(512, 1);
  for (float& value : values) value = -1 - value;
  ExpectRoundTrip(values);
}

TEST(EncodeTest, KeepsValuesOfAnyMagnitude) {
  for (const float magnitude : {1e-30f, 1e-10f, 1e10f, 1e30f}) {
    std::vector<float> values = SignedVector(512, 1);
    for (float& value : values) value *= magnitude;
    ExpectRoundTrip(values);
  }
  ExpectRoundTrip({-1e38f, 0, 1e-38f, 1, 1e38f});
}

TEST(EncodeTest, UsesTheWholeRangeOfHighBytes) {
  const Code code({-3, 0, 5});
  EXPECT_EQ(code.high[0], 0);
  EXPECT_EQ(code.high[2], 127);
  EXPECT_FLOAT_EQ(code.scale.step, 8.0f / 32512);
  EXPECT_FLOAT_EQ(code.scale.base, -3 - 128 * code.scale.step);
}

TEST(EncodeTest, RoundsToTheNearestCode) {
  const std::vector<float> values = SignedVector(500, 1);
  const Code code(values);
  const double smallest = *std::min_element(values.begin(), values.end());
  for (size_t i = 0; i < values.size(); ++i) {
    const double v = (values[i] - smallest) / code.scale.step + 128;
    EXPECT_NEAR(256 * code.high[i] + code.low[i], v, 0.51) << "value " << i;
  }
}

TEST(EncodeTest, GivesAConstantVectorNoStep) {
  for (const float value : {-2.5f, 0.0f, 1e-40f, 7.0f}) {
    const Code code(std::vector<float>(100, value));
    EXPECT_EQ(code.scale.step, 0);
    EXPECT_THAT(code.high, Each(0));
    EXPECT_THAT(code.low, Each(0));
    EXPECT_THAT(Decoded(code, 100), Each(value));
  }
}

TEST(EncodeTest, CountsARangeTooSmallForAStepAsNone) {
  const Code code({1e-35f, 2e-35f, 0});
  EXPECT_EQ(code.scale.step, 0);
  EXPECT_EQ(code.scale.base, 0);
}

TEST(EncodeTest, PadsWithZerosUpToAWholeLine) {
  for (const size_t size : {1, 63, 65, 511}) {
    AlignedVector<uint8_t, kCodeAlignment> high(PaddedDimension(size) + 1, 0xAA), low = high;
    Encode(SignedVector(size, 1), high.data(), low.data());
    for (size_t i = size; i + 1 < high.size(); ++i) {
      EXPECT_EQ(high[i], 0) << "size " << size << ", byte " << i;
      EXPECT_EQ(low[i], 0) << "size " << size << ", byte " << i;
    }
    EXPECT_EQ(high.back(), 0xAA) << "wrote past the end, size " << size;
    EXPECT_EQ(low.back(), 0xAA) << "wrote past the end, size " << size;
  }
}

TEST(EncodeTest, WritesNothingForAnEmptyVector) {
  const CodeScale scale = Encode({}, nullptr, nullptr);
  EXPECT_EQ(scale.base, 0);
  EXPECT_EQ(scale.step, 0);
}

TEST(EncodeTest, DoesNotDependOnWhereTheVectorLies) {
  std::vector<float> shifted = SignedVector(513, 1);
  const Code code(std::vector<float>(shifted.begin() + 1, shifted.end()));
  Code other = code;
  Encode(std::span(shifted).subspan(1), other.high.data(), other.low.data());
  EXPECT_EQ(other.high, code.high);
  EXPECT_EQ(other.low, code.low);
}

TEST(SumOfCodeTest, AddsTheHighBytes) {
  AlignedVector<uint8_t, kCodeAlignment> high(192, 127);
  EXPECT_EQ(SumOfCode(high.data(), 192), 192 * 127);
  high[191] = 3;
  EXPECT_EQ(SumOfCode(high.data(), 192), 191 * 127 + 3);
  EXPECT_EQ(SumOfCode(high.data(), 0), 0);
}

TEST(PaddedDimensionTest, RoundsUpToLines) {
  EXPECT_EQ(PaddedDimension(0), 0);
  EXPECT_EQ(PaddedDimension(1), 64);
  EXPECT_EQ(PaddedDimension(64), 64);
  EXPECT_EQ(PaddedDimension(65), 128);
}

TEST(AlignedVectorTest, StartsAtALine) {
  for (size_t size = 1; size < 300; size += 7) {
    const AlignedVector<uint8_t, kCodeAlignment> bytes(size);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(bytes.data()) % kCodeAlignment, 0);
  }
}

}  // namespace
}  // namespace lookalike
