// SPDX-License-Identifier: Apache-2.0
// How much of the truth searches find in a graph of some ten thousand embeddings, and that nothing is lost in it.
#include <algorithm>
#include <iostream>
#include <numeric>
#include <random>
#include <span>

#include <gtest/gtest.h>

#include "tests/unit/libs/ann/checked_index.h"
#include "tests/unit/libs/ann/clustered_vectors.h"

namespace lookalike {
namespace {

class HnswIndexRecallTest : public testing::Test {
 protected:
  static constexpr size_t kDimension = 32;
  static constexpr HnswIndex::Options kOptions = {.dimension = kDimension, .link_threads = 2};

  HnswIndexRecallTest() {
    for (int i = 0; i < 200; ++i) queries_.push_back(vectors_.Draw());
  }

  void PutMany(CheckedIndex& checked, Slot first, Slot end) {
    for (Slot slot = first; slot < end; ++slot) checked.Put(slot, vectors_.Draw());
    checked.WaitUntilIdle();
  }

  // How much is found among the slots that `allowed` gives for a query.
  template <class Allowed>
  double FilteredRecall(const CheckedIndex& checked, size_t ef, const Allowed& allowed) {
    size_t found = 0, wanted = 0;
    for (const Embedding& embedding : std::span(queries_).first(50)) {
      const SlotSet slots = allowed(embedding);
      const SlotFilter filter = slots.filter();
      const NeighborQuery query = {.embedding = embedding, .k = 10, .ef = ef, .filter = &filter};
      const std::vector<Neighbor> truth = BruteForce(checked.items(), query);
      found += CountFound(truth, checked.Search(query));
      wanted += truth.size();
    }
    return Said("filtered", static_cast<double>(found) / static_cast<double>(wanted));
  }

  // Each slot with this probability.
  auto Random(const CheckedIndex& checked, double part) {
    return [this, part, size = checked.items().size()](const Embedding&) {
      SlotSet slots;
      for (Slot slot = 0; slot < size; ++slot) {
        if (std::bernoulli_distribution(part)(random_)) slots.Insert(slot);
      }
      return slots;
    };
  }

  // Those most or least similar to the query.
  auto Correlated(const CheckedIndex& checked, double part, bool most_similar) {
    return [&checked, part, most_similar](const Embedding& query) {
      const size_t size = checked.items().size();
      std::vector<Neighbor> ranked = BruteForce(checked.items(), {.embedding = query, .k = size});
      if (!most_similar) std::reverse(ranked.begin(), ranked.end());
      SlotSet slots;
      for (size_t i = 0; i < static_cast<size_t>(part * static_cast<double>(size)); ++i) slots.Insert(ranked[i].slot);
      return slots;
    };
  }

  static double Said(const char* what, double recall) {
    std::cout << what << " recall@10 " << recall << '\n';
    return recall;
  }

  std::mt19937 random_{1};
  ClusteredVectors vectors_{kDimension, 1};
  std::vector<Embedding> queries_;
};

TEST_F(HnswIndexRecallTest, FindsNearlyAllAmong20000AndLosesNone) {
  CheckedIndex checked(kOptions);
  PutMany(checked, 0, 20'000);
  EXPECT_GE(Said("ef 64", checked.Recall(queries_, 10, 64)), 0.99);
  EXPECT_GE(Said("ef 100", checked.Recall(queries_, 10, 100)), 0.995);
  EXPECT_TRUE(checked.index().AuditGraph(false).unreachable.empty());
  EXPECT_EQ(checked.Lost(0), std::vector<Slot>());
}

TEST_F(HnswIndexRecallTest, EveryOneOf100000IsFoundByItsOwnEmbedding) {
  CheckedIndex checked(kOptions);
  PutMany(checked, 0, 100'000);
  EXPECT_TRUE(checked.index().AuditGraph(false).unreachable.empty());
  EXPECT_EQ(checked.Lost(/*ef=*/0), std::vector<Slot>());
}

// At so narrow a beam half and a tenth of 20,000 are walked, and what is less is scanned.
TEST_F(HnswIndexRecallTest, FindsNearlyAllThatAFilterLetsThrough) {
  HnswIndex::Options options = kOptions;
  options.exact_threshold = 100;
  CheckedIndex checked(options);
  PutMany(checked, 0, 20'000);
  for (const size_t ef : {100u, 30u}) {
    for (const double part : {0.5, 0.1, 0.03}) {
      SCOPED_TRACE(testing::Message() << "a part of " << part << " at ef " << ef);
      EXPECT_GE(FilteredRecall(checked, ef, Random(checked, part)), 0.95);
      EXPECT_GE(FilteredRecall(checked, ef, Correlated(checked, part, true)), 0.95);
    }
  }
}

// The hardest: what is allowed begins far from the query, on all sides of it. Half of 20,000 are scanned then, and what
// is more is walked.
TEST_F(HnswIndexRecallTest, FindsMostWhereAFilterKeepsTheNearestOut) {
  HnswIndex::Options options = kOptions;
  options.exact_threshold = 100;
  CheckedIndex checked(options);
  PutMany(checked, 0, 20'000);
  EXPECT_GE(FilteredRecall(checked, 50, Correlated(checked, 0.97, false)), 0.9);
  EXPECT_GE(FilteredRecall(checked, 50, Correlated(checked, 0.5, false)), 0.99);
}

// What is put after a patrol is not on one before the index has grown by half.
TEST_F(HnswIndexRecallTest, LosesNoneOfWhatIsPutAfterAPatrol) {
  CheckedIndex checked(kOptions);
  PutMany(checked, 0, 10'000);
  PutMany(checked, 8'000, 12'000);
  EXPECT_TRUE(checked.index().AuditGraph(false).unreachable.empty());
  const std::vector<Slot> lost = checked.Lost(0);
  std::cout << "lost " << lost.size() << '\n';
  EXPECT_LE(lost.size(), 12u) << "one of 1,000";
}

TEST_F(HnswIndexRecallTest, AnIndexRebuiltAfterTenReplacementsOfAllIsAsGoodAsAFreshOne) {
  constexpr Slot kSlots = 2500;
  CheckedIndex churned(kOptions);
  std::vector<Slot> order(kSlots);
  std::iota(order.begin(), order.end(), 0);
  for (int round = 0; round <= 10; ++round) {
    std::shuffle(order.begin(), order.end(), random_);
    for (const Slot slot : order) churned.Put(slot, vectors_.Draw());
    churned.WaitUntilIdle();
  }
  std::cout << "before the rebuild: lost " << churned.Lost(64).size() << ", unreachable "
            << churned.index().AuditGraph(false).unreachable.size() << '\n';
  CheckedIndex rebuilt(kOptions), fresh(kOptions);
  for (const Slot slot : order) rebuilt.Put(slot, churned.items().at(slot).embedding);
  for (const auto& [slot, item] : churned.items()) fresh.Put(slot, item.embedding);
  rebuilt.WaitUntilIdle();
  fresh.WaitUntilIdle();
  const double with_tombstones = Said("with tombstones", churned.Recall(queries_, 10, 64));
  const double of_rebuilt = Said("rebuilt", rebuilt.Recall(queries_, 10, 64));
  const double of_fresh = Said("fresh", fresh.Recall(queries_, 10, 64));
  EXPECT_GE(with_tombstones, of_fresh - 0.02);
  EXPECT_GE(of_rebuilt, of_fresh - 0.002);
  EXPECT_EQ(rebuilt.Lost(64), std::vector<Slot>());
}

}  // namespace
}  // namespace lookalike
