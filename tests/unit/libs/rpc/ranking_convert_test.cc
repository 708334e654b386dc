// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/ranking_convert.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using testing::StartsWith;

absl::StatusOr<RankingProfile> Read(const std::string& text) {
  v1::RankingProfile proto;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &proto)) << text;
  return FromProto(proto);
}

std::string Refusal(const std::string& text) {
  const auto profile = Read(text);
  EXPECT_EQ(profile.status().code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(profile.status().message());
}

TEST(RankingConvertTest, AnEmptyMessageIsTheOrderBySimilarity) {
  const auto profile = Read("");
  ASSERT_TRUE(profile.ok());
  EXPECT_EQ(profile->similarity_weight, 1);
  EXPECT_EQ(profile->oversample, 4);
  EXPECT_FALSE(profile->min_similarity || profile->grouping || profile->diversity || profile->freshness);
}

TEST(RankingConvertTest, TakesEveryField) {
  const auto profile = Read(R"(
      similarity_weight: 0
      signals { attribute: "a" weight: 1 linear { min: 1 max: 2 } missing: 0.5 }
      signals { attribute: "b" weight: 2 log { min: 3 max: 4 } }
      signals { attribute: "c" weight: 3 sigmoid { midpoint: 5 scale: 6 } }
      boosts { filter: "x = 1" weight: 7 }
      freshness { attribute: "t" half_life_seconds: 8 weight: 9 }
      oversample: 10 min_similarity: 0.25
      grouping { attribute: "g" } diversity { lambda: 0.75 })");
  ASSERT_TRUE(profile.ok()) << profile.status();
  EXPECT_EQ(profile->similarity_weight, 0) << "given, and not the default";
  EXPECT_EQ(profile->signals[0].attribute, "a");
  EXPECT_EQ(profile->signals[0].missing, 0.5);
  EXPECT_EQ(std::get<LinearScale>(profile->signals[0].scale).max, 2);
  EXPECT_EQ(std::get<LogScale>(profile->signals[1].scale).min, 3);
  EXPECT_EQ(std::get<SigmoidScale>(profile->signals[2].scale).scale, 6);
  EXPECT_EQ(profile->signals[2].weight, 3);
  EXPECT_EQ(profile->boosts[0].condition.ToString(), "x = 1");
  EXPECT_EQ(profile->boosts[0].weight, 7);
  EXPECT_EQ(profile->freshness->half_life, 8);
  EXPECT_EQ(profile->freshness->weight, 9);
  EXPECT_EQ(profile->oversample, 10);
  EXPECT_EQ(profile->min_similarity, 0.25f);
  EXPECT_EQ(profile->grouping->attribute, "g");
  EXPECT_EQ(profile->grouping->max_per_group, 1u) << "where it is not said";
  EXPECT_EQ(profile->diversity->lambda, 0.75);
}

TEST(RankingConvertTest, SaysWhichFieldIsWrong) {
  EXPECT_THAT(Refusal("signals { attribute: 'a' linear { max: 1 } } signals { attribute: 'b' }"),
              StartsWith("ranking.signals[1]: one of linear, log and sigmoid"));
  EXPECT_THAT(Refusal("boosts { filter: 'price <' }"), StartsWith("ranking.boosts[0].filter: at byte 8"));
  EXPECT_THAT(Refusal("boosts { weight: 1 }"), StartsWith("ranking.boosts[0].filter: is empty"));
  EXPECT_THAT(Refusal("signals { attribute: 'a' linear { min: 1 max: 1 } }"), StartsWith("ranking.signals[0]: min"));
  EXPECT_THAT(Refusal("oversample: 0"), StartsWith("ranking.oversample:"));
  EXPECT_THAT(Refusal("freshness { attribute: 't' }"), StartsWith("ranking.freshness.half_life_seconds:"));
  EXPECT_THAT(Refusal("grouping { attribute: 'g' max_per_group: 101 }"), StartsWith("ranking.grouping.max_per_group:"));
}

}  // namespace
}  // namespace lookalike
