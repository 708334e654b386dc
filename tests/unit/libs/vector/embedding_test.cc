// SPDX-License-Identifier: Apache-2.0
#include "libs/vector/embedding.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using testing::HasSubstr;

std::string RefusalOf(Embedding values) {
  const Embedding before = values;
  const absl::Status status = Normalize(values);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_TRUE(values[i] == before[i] || before[i] != before[i]) << "value " << i << " was changed";
  }
  return std::string(status.message());
}

TEST(NormalizeTest, ScalesToNormOne) {
  Embedding values = {3, 0, -4};
  ASSERT_TRUE(Normalize(values).ok());
  EXPECT_THAT(values, ElementsAre(FloatEq(0.6f), FloatEq(0), FloatEq(-0.8f)));
}

TEST(NormalizeTest, KeepsItsPrecisionForVerySmallAndVeryLargeValues) {
  for (const float magnitude : {1e-30f, 1e30f}) {
    Embedding values = {magnitude, magnitude};
    ASSERT_TRUE(Normalize(values).ok());
    EXPECT_THAT(values, ElementsAre(FloatEq(0.70710678f), FloatEq(0.70710678f)));
  }
}

TEST(NormalizeTest, RefusesWhatHasNoDirection) {
  EXPECT_THAT(RefusalOf({}), HasSubstr("no values"));
  EXPECT_THAT(RefusalOf({0, 0, 0}), HasSubstr("all values are zero"));
}

TEST(NormalizeTest, RefusesWhatIsNotANumberAndSaysWhere) {
  EXPECT_THAT(RefusalOf({1, std::numeric_limits<float>::quiet_NaN()}), HasSubstr("value 1"));
  EXPECT_THAT(RefusalOf({-std::numeric_limits<float>::infinity(), 1}), HasSubstr("value 0"));
}

}  // namespace
}  // namespace lookalike
