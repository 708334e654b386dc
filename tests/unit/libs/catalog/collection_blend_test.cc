// SPDX-License-Identifier: Apache-2.0
// Searches for the weighted sum of several embeddings, compared with a search of everything; and the embeddings that
// come with results on demand.
#include <limits>
#include <numeric>

#include "tests/unit/libs/catalog/checked_collection.h"

namespace lookalike {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

// More than the exact results of a small collection, so that none can be missing.
constexpr size_t kAll = 1000;

class CollectionBlendTest : public testing::TestWithParam<bool> {
 protected:
  CollectionBlendTest() {
    std::vector<Item> items = random_.Draw(0, 200);
    for (Item& item : items) {
      for (float& value : item.images.front().embedding) value = 0.3f * value + 0.25f;
    }
    shoes_.Put(std::move(items));
    shoes_.Maintain();
    if (shoes_.Info().mean_items == 0) return;
    for (const auto& [id, item] : shoes_.expected().items()) {
      for (size_t i = 0; i < mean_.size(); ++i) mean_[i] += item.images.front().embedding[i] / 200;
    }
  }

  // An embedding under the mean, if there is one.
  Embedding Centered(Embedding embedding) const {
    for (size_t i = 0; i < mean_.size(); ++i) embedding[i] -= static_cast<float>(mean_[i]);
    EXPECT_TRUE(Normalize(embedding).ok());
    return embedding;
  }
  Embedding Sum(const std::vector<Embedding>& parts, const std::vector<float>& weights) const {
    Embedding sum(RandomItems::kDimension);
    for (size_t part = 0; part < parts.size(); ++part) {
      const Embedding centered = Centered(parts[part]);
      for (size_t i = 0; i < sum.size(); ++i) sum[i] += weights[part] * centered[i];
    }
    EXPECT_TRUE(Normalize(sum).ok());
    return sum;
  }
  static float Cosine(const Embedding& a, const Embedding& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0f);
  }

  absl::StatusOr<std::vector<std::vector<ScoredItem>>> Search(const std::vector<Embedding>& parts,
                                                              const std::vector<float>& weights,
                                                              bool with_embeddings = false) {
    StoreQuery query;
    query.embeddings = parts;
    query.weights = weights;
    query.k = kAll;
    query.with_embeddings = with_embeddings;
    return shoes_.collection().Search(query, absl::InfiniteFuture());
  }
  std::string Refusal(const std::vector<Embedding>& parts, const std::vector<float>& weights) {
    const auto answer = Search(parts, weights);
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kInvalidArgument) << answer.status();
    return std::string(answer.status().message());
  }

  RandomItems random_{5};
  CheckedCollection shoes_{CheckedCollection::SmallGraph(), /*centered=*/GetParam()};
  std::vector<double> mean_ = std::vector<double>(RandomItems::kDimension);
};

TEST_P(CollectionBlendTest, ScoresAreTheSimilarityToTheWeightedSum) {
  for (int round = 0; round < 20; ++round) {
    const std::vector<Embedding> parts = {random_.Vector(), random_.Vector(), random_.Vector()};
    const std::vector<float> weights = {1, 0.25f * static_cast<float>(round), -0.5f};
    const auto answer = Search(parts, weights);
    ASSERT_TRUE(answer.ok()) << answer.status();
    ASSERT_THAT(*answer, SizeIs(1)) << "the parts are one query";
    ASSERT_THAT(answer->front(), SizeIs(200));
    const Embedding wanted = Sum(parts, weights);
    float before = 1;
    for (const ScoredItem& found : answer->front()) {
      const Embedding embedding = Centered(shoes_.expected().items().at(found.item.id).images.front().embedding);
      EXPECT_NEAR(found.score, Cosine(wanted, embedding), ExpectedItems::kTolerance);
      EXPECT_LE(found.score, before);
      before = found.score;
    }
  }
}

TEST_P(CollectionBlendTest, OnePartOfWhateverWeightIsThatPart) {
  const std::vector<Embedding> part = {random_.Vector()};
  const auto alone = Search(part, {}), weighted = Search(part, {7});
  for (size_t i = 0; i < 200; ++i) {
    EXPECT_NEAR(alone->front()[i].score, weighted->front()[i].score, 1e-6f);
  }
}

TEST_P(CollectionBlendTest, TheEmbeddingsOfResultsTellHowSimilarTheyAre) {
  const std::vector<Embedding> part = {random_.Vector()};
  const auto answer = Search(part, {}, /*with_embeddings=*/true);
  const ScoredItem& first = answer->front()[0];
  for (const ScoredItem& found : answer->front()) {
    EXPECT_NEAR(Cosine(found.embedding, Centered(part[0])), found.score, ExpectedItems::kTolerance);
    const auto& items = shoes_.expected().items();
    EXPECT_NEAR(Cosine(found.embedding, first.embedding),
                Cosine(Centered(items.at(found.item.id).images.front().embedding),
                       Centered(items.at(first.item.id).images.front().embedding)),
                ExpectedItems::kTolerance);
  }
  EXPECT_TRUE(Search(part, {})->front()[0].embedding.empty());
}

TEST_P(CollectionBlendTest, RefusesWeightsThatHaveNoMeaning) {
  const Embedding some = random_.Vector(), other = random_.Vector();
  EXPECT_THAT(Refusal({some, some}, {1, -1}), HasSubstr("queries: together they have no direction"));
  EXPECT_THAT(Refusal({some, other}, {0, 0}), HasSubstr("queries: together they have no direction"));
  EXPECT_THAT(Refusal({some, other}, {1}), HasSubstr("weights: there are 1 for 2 embeddings"));
  EXPECT_THAT(Refusal({some, other}, {1, std::numeric_limits<float>::quiet_NaN()}), HasSubstr("weights: one is not"));
}

INSTANTIATE_TEST_SUITE_P(PlainAndCentered, CollectionBlendTest, testing::Bool());

}  // namespace
}  // namespace lookalike
