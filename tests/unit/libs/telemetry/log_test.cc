// SPDX-License-Identifier: Apache-2.0
#include "libs/telemetry/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

class LogTest : public testing::Test {
 protected:
  ~LogTest() override { SetLogLevel(LogLevel::kInfo); }

  template <typename Action>
  std::string LinesOf(Action action) {
    testing::internal::CaptureStderr();
    action();
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(LogTest, WritesTimeLevelMessageAndFieldsOnOneLine) {
  const std::string model_id = "vgg16-1f2e";
  const std::string line = LinesOf([&] { LogInfo("model loaded", {{"model_id", model_id}, {"dimension", 512}}); });
  EXPECT_THAT(line, MatchesRegex("[0-9-]+T[0-9:]+\\.[0-9]+Z info model loaded model_id=vgg16-1f2e dimension=512\n"));
}

TEST_F(LogTest, NoValueCanForgeALineOrAField) {
  const std::string line = LinesOf([] { LogError("refused", {{"id", "a b=\"c\"\n2026 info fine"}, {"name", ""}}); });
  EXPECT_THAT(line, EndsWith("error refused id=\"a b=\\\"c\\\"\\n2026 info fine\" name=\"\"\n"));
}

TEST_F(LogTest, KeepsUnicodeReadable) {
  EXPECT_THAT(LinesOf([] { LogInfo("stored", {{"id", "büro-stuhl"}}); }), HasSubstr("id=büro-stuhl\n"));
}

TEST_F(LogTest, TreatsBracesAsText) {
  EXPECT_THAT(LinesOf([] { LogInfo("filter {} read", {{"filter", "{}{0}"}}); }), HasSubstr("{} read filter={}{0}\n"));
}

TEST_F(LogTest, DropsWhatIsBelowTheLevel) {
  SetLogLevel(LogLevel::kError);
  EXPECT_THAT(LinesOf([] { LogInfo("quiet"); }), IsEmpty());
  EXPECT_THAT(LinesOf([] { LogWarning("quiet"); }), IsEmpty());
  EXPECT_THAT(LinesOf([] { LogError("loud"); }), HasSubstr("error loud"));
}

TEST_F(LogTest, ParsesLevels) {
  EXPECT_EQ(ParseLogLevel("warning").value(), LogLevel::kWarning);
  EXPECT_EQ(ParseLogLevel("info").value(), LogLevel::kInfo);
  EXPECT_EQ(ParseLogLevel("error").value(), LogLevel::kError);
  EXPECT_THAT(std::string(ParseLogLevel("loud").status().message()), HasSubstr("\"loud\", not info, warning or error"));
}

}  // namespace
}  // namespace lookalike
