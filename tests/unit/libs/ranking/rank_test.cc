// SPDX-License-Identifier: Apache-2.0
#include "libs/ranking/rank.h"

#include <deque>
#include <limits>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/ranking/score.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class RankTest : public testing::Test {
 protected:
  void Add(std::string id, float similarity, Attributes attributes = {}, std::vector<float> embedding = {}) {
    items_.push_back({std::move(id), std::move(attributes), std::move(embedding)});
    const Stored& item = items_.back();
    candidates_.push_back({item.id, similarity, &item.attributes, item.embedding});
  }

  std::vector<std::string> Ids(const RankingOptions& options = {}) const {
    std::vector<std::string> ids;
    for (const Ranked& one : Rank(candidates_, profile_, options)) ids.emplace_back(candidates_[one.index].id);
    return ids;
  }

  RankingProfile profile_;
  std::vector<RankingCandidate> candidates_;

 private:
  struct Stored {
    std::string id;
    Attributes attributes;
    std::vector<float> embedding;
  };
  std::deque<Stored> items_;
};

TEST_F(RankTest, TheHighestScoreComesFirst) {
  Add("a", 0.5f);
  Add("b", 0.9f);
  Add("c", -1);
  Add("d", 0.7f);
  EXPECT_THAT(Ids(), ElementsAre("b", "d", "a", "c"));
}

TEST_F(RankTest, EqualScoresComeInTheOrderOfTheirIds) {
  for (const char* id : {"pear", "item-10", "fig", "item-9", "item"}) Add(id, 0.5f);
  EXPECT_THAT(Ids(), ElementsAre("fig", "item", "item-10", "item-9", "pear"));
  EXPECT_THAT(Ids({.k = 2}), ElementsAre("fig", "item")) << "at the edge of k the smaller id stays";
}

TEST_F(RankTest, KeepsAtMostK) {
  Add("a", 0.1f);
  Add("b", 0.2f);
  Add("c", 0.3f);
  EXPECT_THAT(Ids({.k = 2}), ElementsAre("c", "b"));
  EXPECT_THAT(Ids({.k = 0}), IsEmpty());
  EXPECT_THAT(Ids({.k = std::numeric_limits<size_t>::max(), .skip = 1}), ElementsAre("b", "a"));
}

TEST_F(RankTest, NothingGivesNothing) { EXPECT_THAT(Ids(), IsEmpty()); }

TEST_F(RankTest, SignalsCanPutALessSimilarItemFirst) {
  profile_.signals.push_back({.attribute = "margin", .weight = 0.5, .scale = LinearScale{0, 10}});
  Add("similar", 0.9f, {{"margin", 0.0}});
  Add("lucrative", 0.5f, {{"margin", 10.0}});
  Add("neither", 0.8f, {{"margin", 1.0}});
  EXPECT_THAT(Ids(), ElementsAre("lucrative", "similar", "neither")) << "1.0, 0.9, 0.85";
}

TEST_F(RankTest, GoesOnAfterAScoreAndAnId) {
  for (const char* id : {"a", "b", "c"}) Add(id, 0.5f);
  Add("first", 0.6f);
  Add("last", 0.4f);
  EXPECT_THAT(Ids({.after = RankPosition{0.5f, "b"}}), ElementsAre("c", "last"));
  EXPECT_THAT(Ids({.after = RankPosition{0.5f, "bb"}}), ElementsAre("c", "last")) << "the item itself may be gone";
  EXPECT_THAT(Ids({.after = RankPosition{0.4f, "last"}}), IsEmpty());
}

TEST_F(RankTest, PagesAfterEachOtherGiveEveryItemOnce) {
  std::mt19937 random(3);
  for (int i = 0; i < 100; ++i) Add(std::to_string(i), static_cast<float>(random() % 8) / 8);
  const std::vector<std::string> whole = Ids({.k = 100});
  std::vector<std::string> paged;
  RankingOptions options{.k = 7};
  for (auto page = Rank(candidates_, profile_, options); !page.empty(); page = Rank(candidates_, profile_, options)) {
    for (const Ranked& one : page) paged.emplace_back(candidates_[one.index].id);
    options.after = RankPosition{page.back().score, paged.back()};
  }
  EXPECT_EQ(paged, whole);
}

TEST_F(RankTest, OfAGroupOnlyTheBestStay) {
  profile_.grouping = Grouping{.attribute = "product", .max_per_group = 2};
  Add("red-s", 0.9f, {{"product", "red"}});
  Add("red-m", 0.8f, {{"product", "red"}});
  Add("red-l", 0.7f, {{"product", "red"}});
  Add("blue", 0.6f, {{"product", "blue"}});
  Add("alone", 0.5f);
  Add("alone-too", 0.4f);
  Add("number", 0.3f, {{"product", 3.0}});
  EXPECT_THAT(Ids(), ElementsAre("red-s", "red-m", "blue", "alone", "alone-too", "number"))
      << "items without a group are not variants of each other";
  profile_.grouping->max_per_group = 1;
  EXPECT_THAT(Ids({.k = 2, .skip = 1}), ElementsAre("blue", "alone"));
}

TEST_F(RankTest, DiversityTakesWhatIsUnlikeTheResultsBefore) {
  profile_.diversity = Diversity{.lambda = 0.5};
  Add("best", 0.9f, {}, {1, 0});
  Add("twin", 0.89f, {}, {1, 0});
  Add("cousin", 0.8f, {}, {0.8f, 0.6f});
  Add("other", 0.5f, {}, {0, 1});
  // After "best": twin 0.445 - 0.5, cousin 0.4 - 0.4, other 0.25 - 0. After "other": twin the same, cousin 0.4 - 0.4.
  EXPECT_THAT(Ids(), ElementsAre("best", "other", "cousin", "twin"));
  const std::vector<Ranked> ranked = Rank(candidates_, profile_, {});
  EXPECT_EQ(ranked[0].redundancy, 0);
  EXPECT_FLOAT_EQ(*ranked[1].redundancy, 0);
  EXPECT_FLOAT_EQ(*ranked[2].redundancy, 0.8f);
  EXPECT_FLOAT_EQ(*ranked[3].redundancy, 1);
  EXPECT_FLOAT_EQ(ranked[1].score, 0.5f) << "the score stays what it was";
}

TEST_F(RankTest, LambdaOfOneIsTheOrderByScore) {
  for (int i = 0; i < 20; ++i) Add(std::to_string(i), 0.05f * static_cast<float>(i), {}, {1, 0});
  const std::vector<std::string> plain = Ids();
  profile_.diversity = Diversity{.lambda = 1};
  EXPECT_EQ(Ids(), plain);
}

TEST_F(RankTest, WithoutAnAttributeTheItemsOwnGroupsCount) {
  profile_.grouping = Grouping{.attribute = "", .max_per_group = 1};
  Add("a", 0.9f);
  Add("b", 0.8f);
  Add("c", 0.7f);
  Add("d", 0.6f);
  for (RankingCandidate& candidate : candidates_)
    candidate.group = candidate.id == "c" || candidate.id == "d" ? "" : "boot";
  EXPECT_THAT(Ids(), ElementsAre("a", "c", "d"));
}

TEST_F(RankTest, DiversityAndGroupingHoldTogether) {
  profile_.diversity = Diversity{.lambda = 0.5};
  profile_.grouping = Grouping{.attribute = "product", .max_per_group = 1};
  Add("best", 0.9f, {{"product", "a"}}, {1, 0});
  Add("variant", 0.85f, {{"product", "a"}}, {0, 1});
  Add("other", 0.5f, {{"product", "b"}}, {0, 1});
  EXPECT_THAT(Ids(), ElementsAre("best", "other"));
}

// The same by its definition: all comparisons anew for each result.
std::vector<size_t> DiversifiedByDefinition(const std::vector<RankingCandidate>& candidates, double lambda, size_t k) {
  std::vector<size_t> taken, left(candidates.size());
  for (size_t i = 0; i < left.size(); ++i) left[i] = i;
  while (taken.size() < k && !left.empty()) {
    double best = -1e9;
    size_t best_place = 0;
    for (size_t place = 0; place < left.size(); ++place) {
      const RankingCandidate& one = candidates[left[place]];
      double redundancy = taken.empty() ? 0 : -1;
      for (const size_t before : taken) {
        const RankingCandidate& other = candidates[before];
        redundancy =
            std::max<double>(redundancy, one.embedding[0] * other.embedding[0] + one.embedding[1] * other.embedding[1]);
      }
      const double marginal = lambda * one.similarity - (1 - lambda) * redundancy;
      if (marginal > best + 1e-12) best = marginal, best_place = place;
    }
    taken.push_back(left[best_place]);
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(best_place));
  }
  return taken;
}

TEST_F(RankTest, DiversityIsMaximalMarginalRelevance) {
  std::mt19937 random(11);
  std::uniform_real_distribution<float> angle(0, 3), score(0, 1);
  for (int i = 0; i < 60; ++i) {
    const float a = angle(random);
    Add(std::to_string(i), score(random), {}, {std::cos(a), std::sin(a)});
  }
  for (const double lambda : {0.0, 0.3, 0.7}) {
    profile_.diversity = Diversity{lambda};
    std::vector<size_t> order;
    for (const Ranked& one : Rank(candidates_, profile_, {.k = 20})) order.push_back(one.index);
    // With lambda 0 all are equal at first: ours begins with the best score.
    if (lambda > 0) {
      EXPECT_EQ(order, DiversifiedByDefinition(candidates_, lambda, 20)) << lambda;
    }
    EXPECT_EQ(candidates_[order[0]].id, Ids({.k = 1})[0]);
  }
}

}  // namespace
}  // namespace lookalike
