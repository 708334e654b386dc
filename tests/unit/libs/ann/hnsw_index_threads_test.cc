// SPDX-License-Identifier: Apache-2.0
// Everything at the same time: run under ThreadSanitizer, this is the proof that none races. And whatever runs beside
// a search, its answer must be one that could be given.
#include <algorithm>
#include <atomic>
#include <random>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "tests/unit/libs/ann/block_memory.h"
#include "tests/unit/libs/ann/checked_index.h"
#include "tests/unit/libs/ann/clustered_vectors.h"

namespace lookalike {
namespace {

constexpr size_t kDimension = 16;
// Slots below it are replaced again and again, but always have an embedding; those from it on come and go.
constexpr Slot kKept = 1000;
constexpr Slot kSlots = 1400;
constexpr uint64_t kVersions = 1 << 20;

// The embeddings of a slot lie close together and far from the others'; every version has its own.
Embedding EmbeddingOf(Slot slot, uint64_t version) {
  std::mt19937 of_slot(slot + 1), of_version(static_cast<unsigned>(version) + 1);
  Embedding embedding = DrawOfShape(Shape::kSigned, kDimension, of_slot);
  const Embedding shift = DrawOfShape(Shape::kSigned, kDimension, of_version);
  for (size_t i = 0; i < kDimension; ++i) embedding[i] += 0.05f * shift[i];
  Normalize(embedding).IgnoreError();
  return embedding;
}

class HnswIndexThreadsTest : public testing::Test {
 protected:
  void Start(size_t exact_threshold, Slot slots) {
    index_ = HnswIndex::Create({.dimension = kDimension,
                                .M = 8,
                                .ef_construction = 40,
                                .exact_threshold = exact_threshold,
                                .link_threads = 2})
                 .value();
    for (Slot slot = 0; slot < slots; ++slot) Put(slot);
    ASSERT_TRUE(index_->WaitUntilIdle(absl::InfiniteFuture()));
  }

  // A version says whose it is, as in a catalog.
  void Put(Slot slot) {
    const uint64_t version = slot * kVersions + next_version_++;
    EXPECT_TRUE(index_->Put(slot, version, EmbeddingOf(slot, version)).ok());
  }

  void Replace(size_t times, unsigned seed) {
    std::mt19937 random(seed);
    for (size_t i = 0; i < times; ++i) Put(random() % kKept);
  }

  void PutAndRemove(size_t times) {
    for (size_t i = 0; i < times; ++i) {
      const Slot slot = kKept + static_cast<Slot>(i) % (kSlots - kKept);
      Put(slot);
      if (i % 3 == 0) continue;
      EXPECT_TRUE(index_->Remove(slot).ok());
    }
  }

  std::vector<Neighbor> Search(const NeighborQuery& query) const {
    const auto answer = index_->Search(query);
    EXPECT_TRUE(answer.ok()) << answer.status();
    ExpectPossible(query, answer.value_or(std::vector<Neighbor>()));
    return *answer;
  }

  // Each slot once, with an embedding that it had, in order.
  void ExpectPossible(const NeighborQuery& query, const std::vector<Neighbor>& answer) const {
    const Embedding embedding(query.embedding.begin(), query.embedding.end());
    std::set<Slot> slots;
    for (const Neighbor& found : answer) {
      EXPECT_TRUE(slots.insert(found.slot).second) << "slot " << found.slot << " is there twice";
      EXPECT_TRUE(query.filter == nullptr || query.filter->Allows(found.slot));
      EXPECT_EQ(found.version / kVersions, found.slot);
      EXPECT_NEAR(found.similarity, Cosine(embedding, EmbeddingOf(found.slot, found.version)), 6e-5);
    }
    EXPECT_TRUE(std::is_sorted(answer.begin(), answer.end(),
                               [](const Neighbor& a, const Neighbor& b) { return a.similarity > b.similarity; }));
  }

  // Searches for the embedding of each kept slot in turn, which should be the first of the answer. A scan misses none.
  // A walk misses some while most of the graph is replaced: among so many dead rows a new one has few near it to link
  // to, until the next patrol.
  void FindKept(size_t times, size_t ef, const SlotFilter* filter, size_t most_missed) const {
    size_t missed = 0;
    for (size_t i = 0; i < times; ++i) {
      const Slot slot = static_cast<Slot>(i) % kKept;
      const Embedding embedding = EmbeddingOf(slot, slot * kVersions);
      const auto answer = Search({.embedding = embedding, .k = 3, .ef = ef, .filter = filter});
      if (filter != nullptr && !filter->Allows(slot)) continue;
      if (answer.empty() || answer[0].slot != slot) ++missed;
    }
    EXPECT_LE(missed, most_missed);
  }

  void FindAllKept(size_t times, const SlotFilter* filter) const {
    for (size_t i = 0; i < times; ++i) {
      const Embedding embedding = EmbeddingOf(static_cast<Slot>(i) % kKept, 0);
      std::set<Slot> found;
      for (const Slot slot : SlotsOf(index_->Search({.embedding = embedding, .k = kKept, .filter = filter}).value())) {
        found.insert(slot);
      }
      ASSERT_EQ(found.size(), size_t{kKept});
    }
  }

  template <class... Work>
  void Beside(const Work&... work) {
    std::vector<std::thread> threads;
    (threads.emplace_back(work), ...);
    for (std::thread& thread : threads) thread.join();
  }

  std::unique_ptr<HnswIndex> index_;
  std::atomic<uint64_t> next_version_ = 1;
};

TEST_F(HnswIndexThreadsTest, AScanFindsWhatIsOnlyEverReplaced) {
  Start(/*exact_threshold=*/2000, kSlots);
  Beside([this] { Replace(3000, 1); }, [this] { Replace(3000, 2); }, [this] { PutAndRemove(1000); },
         [this] { FindKept(1500, 0, nullptr, 0); }, [this] { FindKept(1500, 0, nullptr, 0); });
}

TEST_F(HnswIndexThreadsTest, AWalkFindsWhatIsOnlyEverReplaced) {
  Start(/*exact_threshold=*/0, kSlots);
  SlotSet kept;
  for (Slot slot = 0; slot < kKept; ++slot) kept.Insert(slot);
  const SlotFilter filter = kept.filter();
  Beside([this] { Replace(2000, 1); }, [this] { PutAndRemove(1000); }, [this] { FindKept(1000, 30, nullptr, 150); },
         [&] { FindKept(1000, 15, &filter, 150); });
}

TEST_F(HnswIndexThreadsTest, AScanIsCompleteWhileAllIsReplaced) {
  Start(/*exact_threshold=*/2000, kKept);
  Beside([this] { Replace(5000, 1); }, [this] { Replace(5000, 2); }, [this] { FindAllKept(100, nullptr); },
         [this] { FindAllKept(100, nullptr); });
}

TEST_F(HnswIndexThreadsTest, AFilteredScanIsCompleteWhileAllIsReplaced) {
  Start(/*exact_threshold=*/2000, kKept);
  SlotSet kept;
  for (Slot slot = 0; slot < kKept; ++slot) kept.Insert(slot);
  const SlotFilter filter = kept.filter();
  Beside([this] { Replace(5000, 1); }, [&] { FindAllKept(100, &filter); });
}

TEST_F(HnswIndexThreadsTest, EverySlotIsVisitedWhileAllIsReplaced) {
  Start(/*exact_threshold=*/2000, kKept);
  Beside([this] { Replace(5000, 1); },
         [this] {
           for (int round = 0; round < 300; ++round) {
             std::set<Slot> visited;
             index_->ForEachSlot([&](Slot slot, uint64_t) { visited.insert(slot); });
             ASSERT_EQ(visited.size(), size_t{kKept});
           }
         });
}

TEST_F(HnswIndexThreadsTest, EverythingAtOnce) {
  Start(/*exact_threshold=*/50, kSlots);
  SlotSet some;
  for (Slot slot = 0; slot < kSlots; slot += 2) some.Insert(slot);
  const SlotFilter filter = some.filter();
  const auto look = [this] {
    for (int round = 0; round < 20; ++round) {
      EXPECT_FALSE(SnapshotOf(*index_).empty());
      index_->AuditGraph(round % 2 == 1);
      EXPECT_GE(index_->figures().live, size_t{kKept});
      EXPECT_EQ(index_->VersionOf(3).value_or(0) / kVersions, 3u);
      index_->WaitForBacklog(10, absl::Now() + absl::Milliseconds(1));
    }
  };
  Beside([this] { Replace(1500, 1); }, [this] { PutAndRemove(1500); }, [this] { FindKept(500, 30, nullptr, 75); },
         [&] { FindKept(500, 10, &filter, 75); }, look);
  EXPECT_TRUE(index_->WaitUntilIdle(absl::InfiniteFuture()));
  EXPECT_EQ(index_->backlog(), 0u);
  EXPECT_EQ(index_->figures().live, index_->size());
}

}  // namespace
}  // namespace lookalike
