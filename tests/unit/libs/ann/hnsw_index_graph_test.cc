// SPDX-License-Identifier: Apache-2.0
// Searches that go through the graph, against reading every embedding.
#include <algorithm>

#include <gtest/gtest.h>

#include "libs/ann/hnsw_index.h"
#include "tests/unit/libs/ann/clustered_vectors.h"

namespace lookalike {
namespace {

constexpr size_t kDimension = 24;

// An index and, beside it, all that should be in it.
class CheckedIndex {
 public:
  explicit CheckedIndex(HnswIndex::Options options, unsigned seed = 1) : vectors_(kDimension, seed) {
    options.dimension = kDimension;
    index_ = HnswIndex::Create(options).value();
  }

  void AddOne() {
    const auto [added, _] = live_.emplace(next_slot_++, vectors_.Draw());
    const absl::Status status = index_->Add(added->first, added->second);
    ASSERT_TRUE(status.ok()) << status;
  }

  void AddMany(size_t count) {
    for (; count > 0; --count) AddOne();
  }

  void Remove(Slot slot) {
    ASSERT_TRUE(index_->Remove(slot).ok());
    live_.erase(slot);
  }

  std::vector<Neighbor> Search(const Embedding& query, size_t k, const SlotFilter& filter = nullptr) const {
    return index_->Search(query, k, filter).value();
  }

  // The part of the truly nearest that searches find, over 100 queries.
  double Recall(size_t k) {
    size_t found = 0, wanted = 0;
    for (int round = 0; round < 100; ++round) {
      const Embedding query = vectors_.Draw();
      const std::vector<Slot> truth = SlotsOf(BruteForce(live_, query, k));
      for (const Neighbor& neighbor : Search(query, k)) {
        found += std::count(truth.begin(), truth.end(), neighbor.slot);
      }
      wanted += truth.size();
    }
    return static_cast<double>(found) / static_cast<double>(wanted);
  }

  const VectorIndex& index() const { return *index_; }
  const std::map<Slot, Embedding>& live() const { return live_; }
  Embedding Draw() { return vectors_.Draw(); }

 private:
  ClusteredVectors vectors_;
  std::unique_ptr<HnswIndex> index_;
  std::map<Slot, Embedding> live_;
  Slot next_slot_ = 0;
};

TEST(HnswIndexGraphTest, FindsNineteenOfTwentyAmong5000) {
  CheckedIndex checked({.exact_threshold = 0});
  checked.AddMany(5000);
  EXPECT_GE(checked.Recall(10), 0.95);
}

TEST(HnswIndexGraphTest, TheThresholdDecidesBetweenScanAndGraph) {
  HnswIndex::Options poor = {.M = 2, .ef_construction = 2, .ef_search = 1, .exact_threshold = 1000};
  CheckedIndex scanned(poor);
  scanned.AddMany(1000);
  EXPECT_EQ(scanned.Recall(1), 1.0);
  poor.exact_threshold = 999;
  CheckedIndex walked(poor);
  walked.AddMany(1000);
  EXPECT_LT(walked.Recall(1), 1.0) << "so poor a graph cannot be exact: it was not asked";
}

TEST(HnswIndexGraphTest, FindsWhatRemainsAfterHalfWasRemoved) {
  CheckedIndex checked({.exact_threshold = 0});
  checked.AddMany(2000);
  for (Slot slot = 0; slot < 2000; slot += 2) checked.Remove(slot);
  EXPECT_GE(checked.Recall(10), 0.95);
  EXPECT_EQ(checked.index().size(), 1000u);
  EXPECT_EQ(checked.index().tombstones(), 1000u);
}

TEST(HnswIndexGraphTest, AlwaysAnswersKWhereTheGraphLosesElements) {
  CheckedIndex checked({.M = 2, .ef_construction = 2, .ef_search = 1, .exact_threshold = 0});
  checked.AddMany(1000);
  for (Slot slot = 0; slot < 1000; slot += 3) checked.Remove(slot);
  for (const size_t k : {1u, 10u, 100u, 160u, 400u, 1000u}) {
    const size_t wanted = std::min(k, checked.live().size());
    EXPECT_EQ(checked.Search(checked.Draw(), k).size(), wanted);
  }
}

TEST(HnswIndexGraphTest, AFilterIsExactWhateverTheGraph) {
  CheckedIndex checked({.M = 2, .ef_construction = 2, .ef_search = 1, .exact_threshold = 0});
  checked.AddMany(1000);
  for (int round = 0; round < 20; ++round) {
    const Embedding query = checked.Draw();
    const auto found = checked.Search(query, 10, [](Slot) { return true; });
    EXPECT_EQ(SlotsOf(found), SlotsOf(BruteForce(checked.live(), query, 10)));
  }
}

TEST(HnswIndexGraphTest, ASimilarityIsTheSameNumberFromGraphAndScan) {
  CheckedIndex checked({.exact_threshold = 0});
  checked.AddMany(500);
  const Embedding query = checked.Draw();
  const auto walked = checked.Search(query, 10);
  const auto scanned = checked.Search(query, 500);
  for (const Neighbor& neighbor : walked) {
    const auto same = std::find_if(scanned.begin(), scanned.end(),
                                   [&](const Neighbor& other) { return other.slot == neighbor.slot; });
    ASSERT_NE(same, scanned.end());
    EXPECT_EQ(same->similarity, neighbor.similarity);
  }
}

TEST(HnswIndexGraphTest, TheSameSeedAndAdditionsGiveTheSameAnswers) {
  const HnswIndex::Options poor = {.M = 2, .ef_construction = 2, .ef_search = 1, .exact_threshold = 0};
  CheckedIndex one(poor), two(poor);
  one.AddMany(500);
  two.AddMany(500);
  for (int round = 0; round < 20; ++round) {
    const Embedding query = one.Draw();
    EXPECT_EQ(SlotsOf(one.Search(query, 5)), SlotsOf(two.Search(query, 5)));
  }
}

// hnswlib by itself crashes here: see HnswIndex::Graph::Link().
TEST(HnswIndexGraphTest, TakesAdditionsWhateverSingleElementIsLeft) {
  constexpr Slot kElements = 60;
  for (Slot last = 0; last < kElements; ++last) {
    CheckedIndex checked({.M = 2, .ef_construction = 2, .exact_threshold = 0, .seed = last}, last);
    checked.AddMany(kElements);
    for (Slot slot = 0; slot < kElements; ++slot) {
      if (slot != last) checked.Remove(slot);
    }
    checked.AddMany(20);
    EXPECT_EQ(checked.Search(checked.Draw(), 100).size(), 21u);
  }
}

TEST(HnswIndexGraphTest, RandomOperationsGiveWhatReadingEverythingGives) {
  CheckedIndex checked({.ef_search = 800, .exact_threshold = 0, .initial_capacity = 1});
  std::mt19937 random(5);
  size_t found = 0, wanted = 0;
  for (int step = 0; step < 3000; ++step) {
    const size_t choice = random() % 10;
    if (choice < 4) checked.AddOne();
    if (choice >= 4 && choice < 7 && !checked.live().empty()) {
      checked.Remove(std::next(checked.live().begin(), random() % checked.live().size())->first);
    }
    if (choice < 7) continue;
    const size_t k = random() % 20;
    const Embedding query = checked.Draw();
    const std::vector<Slot> truth = SlotsOf(BruteForce(checked.live(), query, k));
    const std::vector<Neighbor> answer = checked.Search(query, k);
    ASSERT_EQ(answer.size(), truth.size());
    for (size_t i = 0; i < answer.size(); ++i) {
      ASSERT_TRUE(checked.live().contains(answer[i].slot)) << "removed, or never there";
      found += answer[i].slot == truth[i];
    }
    wanted += truth.size();
    ASSERT_EQ(checked.index().size(), checked.live().size());
  }
  EXPECT_GE(static_cast<double>(found), 0.99 * static_cast<double>(wanted));
  EXPECT_GT(wanted, 5000u);
}

}  // namespace
}  // namespace lookalike
