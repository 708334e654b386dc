// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/libs/catalog/expected_items.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include <gtest/gtest.h>

namespace lookalike {

void ExpectedItems::Put(Item item) {
  for (ItemImage& image : item.images) ASSERT_TRUE(Normalize(image.embedding).ok());
  std::string id = item.id;
  items_[std::move(id)] = std::move(item);
}

size_t ExpectedItems::images() const {
  size_t images = 0;
  for (const auto& [id, item] : items_) images += item.images.size();
  return images;
}

void ExpectedItems::FitMean() {
  std::vector<double> sums(items_.begin()->second.images[0].embedding.size());
  for (const auto& [id, item] : items_) {
    for (const ItemImage& image : item.images) {
      for (size_t i = 0; i < sums.size(); ++i) sums[i] += image.embedding[i];
    }
  }
  mean_.clear();
  for (const double sum : sums) mean_.push_back(static_cast<float>(sum / static_cast<double>(images())));
}

Embedding ExpectedItems::Centered(const Embedding& embedding) const {
  Embedding centered = embedding;
  for (size_t i = 0; i < mean_.size(); ++i) centered[i] -= mean_[i];
  return Normalize(centered).ok() ? centered : embedding;
}

std::vector<ExpectedItems::Similar> ExpectedItems::Ranked(const CheckedQuery& query) const {
  const Embedding wanted = Centered(query.embedding);
  std::vector<Similar> ranked;
  for (const auto& [id, item] : items_) {
    if (query.filter && !query.filter->matches(item.attributes)) continue;
    Similar& similar = ranked.emplace_back(Similar{&item, -1, {}});
    for (const ItemImage& image : item.images) {
      const Embedding embedding = Centered(image.embedding);
      similar.by_image.push_back(std::inner_product(wanted.begin(), wanted.end(), embedding.begin(), 0.0));
      similar.similarity = std::max(similar.similarity, similar.by_image.back());
    }
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
  if (found.images.empty()) return;
  ASSERT_EQ(found.images.size(), expected->second.images.size()) << found.id;
  for (size_t i = 0; i < found.images.size(); ++i) {
    const ItemImage& wanted = expected->second.images[i];
    EXPECT_EQ(found.images[i].digest, wanted.digest) << found.id;
    if (found.images[i].embedding.empty()) continue;
    EXPECT_EQ(found.images[i].embedding, wanted.embedding) << found.id;
  }
}

void ExpectedItems::ExpectSound(const CheckedQuery& query, const std::vector<Similar>& ranked,
                                const std::vector<ScoredItem>& answer) const {
  std::set<std::string> seen;
  for (const ScoredItem& found : answer) {
    ExpectItem(found.item);
    EXPECT_TRUE(seen.insert(found.item.id).second) << found.item.id << " is there twice";
    const auto truth =
        std::find_if(ranked.begin(), ranked.end(), [&](const Similar& one) { return one.item->id == found.item.id; });
    ASSERT_NE(truth, ranked.end()) << found.item.id << " does not match";
    EXPECT_NEAR(found.score, truth->similarity, kTolerance) << found.item.id;
    ASSERT_LT(found.image, truth->by_image.size()) << found.item.id;
    EXPECT_NEAR(found.score, truth->by_image[found.image], kTolerance) << found.item.id;
    EXPECT_GE(found.score, query.min_score.value_or(-1));
  }
  const bool ordered = std::is_sorted(answer.begin(), answer.end(), [](const ScoredItem& a, const ScoredItem& b) {
    return a.score != b.score ? a.score > b.score : a.item.id < b.item.id;
  });
  EXPECT_TRUE(ordered);
  const size_t most = std::min(query.k, ranked.size());
  EXPECT_LE(answer.size(), most);
  if (!query.min_score) {
    EXPECT_EQ(answer.size(), most) << (query.filter ? query.filter->text : "without a filter");
  }
}

void ExpectedItems::ExpectExact(const CheckedQuery& query, const std::vector<Similar>& ranked,
                                const std::vector<ScoredItem>& answer) {
  for (size_t i = 0; i < answer.size(); ++i) EXPECT_NEAR(answer[i].score, ranked.at(i).similarity, kTolerance) << i;
  EXPECT_GE(answer.size(), Wanted(query, ranked));
}

size_t ExpectedItems::Wanted(const CheckedQuery& query, const std::vector<Similar>& ranked) {
  size_t wanted = std::min(query.k, ranked.size());
  while (wanted > 0 && query.min_score && ranked[wanted - 1].similarity < *query.min_score + kTolerance) --wanted;
  return wanted;
}

}  // namespace lookalike
