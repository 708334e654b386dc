// SPDX-License-Identifier: Apache-2.0
#include "libs/ranking/profile.h"

#include <functional>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using testing::StartsWith;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

RankingProfile GoodProfile() {
  RankingProfile profile;
  profile.signals.push_back({.attribute = "margin", .weight = 1, .scale = LinearScale{0, 1}});
  profile.boosts.push_back({*Filter::Parse("in_stock = true"), 0.5});
  profile.freshness = Freshness{.attribute = "listed_at", .half_life = 86'400, .weight = 1};
  profile.min_similarity = 0.3f;
  profile.grouping = Grouping{.attribute = "product", .max_per_group = 2};
  profile.diversity = Diversity{.lambda = 0.7};
  return profile;
}

const AttributeSchema kSchema = {{"margin", AttributeType::kNumber},
                                 {"in_stock", AttributeType::kBool},
                                 {"listed_at", AttributeType::kNumber},
                                 {"product", AttributeType::kString}};

TEST(ValidateTest, TakesAGoodProfileAndAnEmptyOne) {
  EXPECT_EQ(Validate(GoodProfile()), absl::OkStatus());
  EXPECT_EQ(Validate({}), absl::OkStatus());
}

TEST(ValidateTest, RefusesEveryMemberOutsideOfItsRange) {
  struct Case {
    std::string field;
    std::function<void(RankingProfile&)> spoil;
  };
  const std::vector<Case> cases = {
      {"similarity_weight", [](auto& profile) { profile.similarity_weight = kNan; }},
      {"similarity_weight", [](auto& profile) { profile.similarity_weight = 1.1e6; }},
      {"signals: there are 33", [](auto& profile) { profile.signals.resize(33, profile.signals[0]); }},
      {"boosts: there are 33", [](auto& profile) { profile.boosts.resize(33, profile.boosts[0]); }},
      {"signals[0].weight", [](auto& profile) { profile.signals[0].weight = kInfinity; }},
      {"signals[0].missing", [](auto& profile) { profile.signals[0].missing = 1.5; }},
      {"signals[0]",
       [](auto& profile) {
         profile.signals[0].scale = LinearScale{2, 2};
       }},
      {"signals[0]",
       [](auto& profile) {
         profile.signals[0].scale = LinearScale{-1e308, 1e308};
       }},
      {"signals[0]",
       [](auto& profile) {
         profile.signals[0].scale = LogScale{0, kNan};
       }},
      {"signals[0]",
       [](auto& profile) {
         profile.signals[0].scale = SigmoidScale{0, 0};
       }},
      {"signals[0]",
       [](auto& profile) {
         profile.signals[0].scale = SigmoidScale{kInfinity, 1};
       }},
      {"boosts[0].weight", [](auto& profile) { profile.boosts[0].weight = -2e6; }},
      {"freshness.weight", [](auto& profile) { profile.freshness->weight = kNan; }},
      {"freshness.half_life_seconds", [](auto& profile) { profile.freshness->half_life = 0; }},
      {"oversample", [](auto& profile) { profile.oversample = 0.5; }},
      {"oversample", [](auto& profile) { profile.oversample = 101; }},
      {"min_similarity", [](auto& profile) { profile.min_similarity = 1.5f; }},
      {"grouping.max_per_group", [](auto& profile) { profile.grouping->max_per_group = 101; }},
      {"diversity.lambda", [](auto& profile) { profile.diversity->lambda = -0.1; }},
  };
  for (const Case& one : cases) {
    RankingProfile profile = GoodProfile();
    one.spoil(profile);
    const absl::Status status = Validate(profile);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << one.field;
    EXPECT_THAT(std::string(status.message()), StartsWith("ranking." + one.field));
  }
}

TEST(CheckAgainstTest, EveryAttributeMustBeThereWithTheRightType) {
  EXPECT_EQ(CheckAgainst(kSchema, GoodProfile()), absl::OkStatus());
  for (const auto& [attribute, type] : kSchema) {
    AttributeSchema schema = kSchema;
    schema.erase(attribute);
    EXPECT_THAT(std::string(CheckAgainst(schema, GoodProfile()).message()), StartsWith("ranking.")) << attribute;
    schema[attribute] = AttributeType::kStringList;
    EXPECT_THAT(std::string(CheckAgainst(schema, GoodProfile()).message()), StartsWith("ranking.")) << attribute;
  }
}

TEST(PoolSizeTest, OversamplesWithinBounds) {
  RankingProfile profile;
  EXPECT_EQ(PoolSize(profile, 10), 40u) << "the default";
  profile.oversample = 1.25;
  EXPECT_EQ(PoolSize(profile, 10), 13u) << "rounded up";
  profile.oversample = 100;
  EXPECT_EQ(PoolSize(profile, 200), 10'000u);
  profile.diversity = Diversity{};
  EXPECT_EQ(PoolSize(profile, 200), 1'000u);
  profile.diversity.reset();
  EXPECT_EQ(PoolSize(profile, 10'000), 10'000u);
}

}  // namespace
}  // namespace lookalike
