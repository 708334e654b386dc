// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/libs/catalog/expected_items.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include <gtest/gtest.h>

namespace lookalike {

void ExpectedItems::Put(Item item) {
  ASSERT_TRUE(Normalize(item.embedding).ok());
  std::string id = item.id;
  items_[std::move(id)] = std::move(item);
}

void ExpectedItems::FitMean() {
  std::vector<double> sums(items_.begin()->second.embedding.size());
  for (const auto& [id, item] : items_) {
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += item.embedding[i];
  }
  mean_.clear();
  for (const double sum : sums) mean_.push_back(static_cast<float>(sum / static_cast<double>(items_.size())));
}

Embedding ExpectedItems::Centered(const Embedding& embedding) const {
  Embedding centered = embedding;
  for (size_t i = 0; i < mean_.size(); ++i) centered[i] -= mean_[i];
  return Normalize(centered).ok() ? centered : embedding;
}

double ExpectedItems::Similarity(const Embedding& a, const Embedding& b) const {
  const Embedding left = Centered(a);
  const Embedding right = Centered(b);
  return std::inner_product(left.begin(), left.end(), right.begin(), 0.0);
}

std::vector<ExpectedItems::Similar> ExpectedItems::Ranked(const CheckedQuery& query) const {
  std::vector<Similar> ranked;
  for (const auto& [id, item] : items_) {
    if (query.filter && !query.filter->matches(item.attributes)) continue;
    ranked.push_back({id, Similarity(query.embedding, item.embedding)});
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const Similar& a, const Similar& b) { return a.similarity > b.similarity; });
  return ranked;
}

void ExpectedItems::ExpectItem(const Item& found) const {
  const auto expected = items_.find(found.id);
  ASSERT_NE(expected, items_.end()) << found.id << " is not there any more, or never was";
  EXPECT_EQ(found.sequence, expected->second.sequence) << found.id;
  EXPECT_EQ(found.attributes, expected->second.attributes) << found.id;
  EXPECT_EQ(found.image_digest, expected->second.image_digest) << found.id;
  if (!found.embedding.empty()) {
    EXPECT_EQ(found.embedding, expected->second.embedding) << found.id;
  }
}

void ExpectedItems::ExpectSound(const CheckedQuery& query, const std::vector<ScoredItem>& answer) const {
  std::set<std::string> seen;
  for (const ScoredItem& found : answer) {
    ExpectItem(found.item);
    if (testing::Test::HasFailure()) return;
    const Item& expected = items_.at(found.item.id);
    EXPECT_TRUE(seen.insert(found.item.id).second) << found.item.id << " is there twice";
    EXPECT_NEAR(found.score, Similarity(query.embedding, expected.embedding), kTolerance) << found.item.id;
    EXPECT_TRUE(!query.filter || query.filter->matches(expected.attributes)) << query.filter->text;
    EXPECT_GE(found.score, query.min_score.value_or(-1));
  }
  const bool ordered = std::is_sorted(answer.begin(), answer.end(), [](const ScoredItem& a, const ScoredItem& b) {
    return a.score != b.score ? a.score > b.score : a.item.id < b.item.id;
  });
  EXPECT_TRUE(ordered);
  const size_t most = std::min(query.k, Ranked(query).size());
  if (query.min_score) {
    EXPECT_LE(answer.size(), most);
  } else {
    EXPECT_EQ(answer.size(), most) << (query.filter ? query.filter->text : "without a filter");
  }
}

void ExpectedItems::ExpectExact(const CheckedQuery& query, const std::vector<ScoredItem>& answer) const {
  const std::vector<Similar> ranked = Ranked(query);
  for (size_t i = 0; i < answer.size(); ++i) EXPECT_NEAR(answer[i].score, ranked.at(i).similarity, kTolerance) << i;
  EXPECT_GE(answer.size(), Wanted(query).size());
}

std::vector<std::string> ExpectedItems::Wanted(const CheckedQuery& query) const {
  std::vector<std::string> wanted;
  for (const Similar& one : Ranked(query)) {
    if (wanted.size() == query.k) break;
    if (query.min_score && one.similarity < *query.min_score + kTolerance) break;
    wanted.push_back(one.id);
  }
  return wanted;
}

}  // namespace lookalike
