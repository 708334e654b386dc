// SPDX-License-Identifier: Apache-2.0
// A new index takes the place of the old one, while everything goes on.
#include <atomic>
#include <future>

#include "tests/unit/libs/ann/failing_memory.h"
#include "tests/unit/libs/catalog/checked_collection.h"

namespace lookalike {
namespace {

using testing::IsEmpty;

class CollectionRebuildTest : public testing::Test {
 protected:
  // Linking takes so long that a rebuild lasts as long as a test needs.
  static Collection::Options SlowToLink() {
    Collection::Options options = CheckedCollection::SmallGraph();
    options.index.ef_construction = 4000;
    return options;
  }

  static std::future<absl::Status> BeginRebuild(CheckedCollection& shoes) {
    auto rebuild = std::async(std::launch::async, [&shoes] { return shoes.collection().Rebuild(); });
    while (!shoes.Info().rebuilding) absl::SleepFor(absl::Microseconds(100));
    return rebuild;
  }

  RandomItems random_{1};
};

TEST_F(CollectionRebuildTest, TakesTheTombstonesAwayAndNothingElse) {
  CheckedCollection shoes;
  shoes.Put(random_.Draw(0, 600));
  shoes.Put(random_.Draw(300, 600));
  shoes.Remove({"1", "2", "3", "500"});
  EXPECT_EQ(shoes.Info().tombstones, 304u);
  shoes.Rebuild();
  EXPECT_EQ(shoes.Info().tombstones, 0u);
  EXPECT_EQ(shoes.Info().rebuilds, 1u);
  EXPECT_EQ(shoes.Info().unreachable, 0u);
  EXPECT_FALSE(shoes.Info().rebuilding);
  shoes.ExpectAgrees();
  EXPECT_THAT(shoes.Lost(), IsEmpty());
}

TEST_F(CollectionRebuildTest, LosesNoWriteThatRunsBesideIt) {
  CheckedCollection shoes;
  shoes.Put(random_.Draw(0, 1500));
  std::atomic<bool> rebuilt = false;
  auto rebuilds = std::async(std::launch::async, [&] {
    for (int i = 0; i < 4; ++i) EXPECT_EQ(shoes.collection().Rebuild(), absl::OkStatus());
    rebuilt = true;
  });
  for (size_t begin = 0; !rebuilt; begin += 7) {
    shoes.Put(random_.Draw(begin % 1600, 20));  // new ones and old ones
    shoes.Remove({std::to_string((begin + 900) % 1600), std::to_string((begin + 4) % 1600)});
    shoes.Put({random_.Draw(std::to_string((begin + 900) % 1600))});  // into a slot that was just given up
  }
  rebuilds.get();
  shoes.ExpectAgrees();
  shoes.ExpectHealthy();
  EXPECT_EQ(shoes.Info().rebuilds, 4u);
}

// Between disk and memory a write is half done: the new index must not take over just then.
TEST_F(CollectionRebuildTest, FindsAtEveryMomentWhatIsBeingReplaced) {
  CheckedCollection shoes;
  const std::vector<Item> items = random_.Draw(0, 40);
  shoes.Put(items);
  std::atomic<bool> done = false;
  auto rebuilds = std::async(std::launch::async, [&] {
    for (int i = 0; i < 100; ++i) EXPECT_EQ(shoes.collection().Rebuild(), absl::OkStatus());
    done = true;
  });
  auto writes = std::async(std::launch::async, [&] {
    while (!done) EXPECT_TRUE(shoes.collection().Upsert("", items, absl::InfiniteFuture()).ok());
  });
  const Embedding embedding = random_.Vector();
  StoreQuery query;
  query.embeddings = {&embedding, 1};
  query.k = 40;
  while (!done) {
    const auto found = shoes.collection().Search(query, absl::InfiniteFuture());
    EXPECT_EQ(found->front().size(), 40u);
  }
}

TEST_F(CollectionRebuildTest, LeavesTheOldIndexWhereItIsStopped) {
  CheckedCollection shoes(SlowToLink());
  shoes.Put(random_.Draw(0, 1000));
  shoes.Put(random_.Draw(0, 500));
  auto rebuild = BeginRebuild(shoes);
  shoes.collection().Stop();
  EXPECT_EQ(rebuild.get().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(shoes.Info().rebuilds, 0u);
  EXPECT_FALSE(shoes.Info().rebuilding);
  EXPECT_EQ(shoes.Info().tombstones, 500u);
  shoes.Put(random_.Draw(900, 200));
  shoes.ExpectAgrees();
}

TEST_F(CollectionRebuildTest, LeavesTheOldIndexWhereMemoryForTheNewOneIsLacking) {
  CheckedCollection shoes;
  shoes.Put(random_.Draw(0, 600));
  shoes.Put(random_.Draw(0, 100));
  {
    // Below what the embeddings of an index take up at once, and above what anything else does.
    const FailingMemory failing({.above_bytes = 60'000});
    EXPECT_EQ(shoes.collection().Rebuild().code(), absl::StatusCode::kResourceExhausted);
  }
  EXPECT_FALSE(shoes.Info().rebuilding);
  EXPECT_EQ(shoes.Info().tombstones, 100u);
  shoes.ExpectAgrees();
  shoes.Rebuild();
  EXPECT_EQ(shoes.Info().tombstones, 0u);
}

// A write meets the lack of memory in the new index alone: that is full to its last row, the old one is not.
TEST_F(CollectionRebuildTest, IsAbandonedByAWriteThatTheNewIndexHasNoMemoryFor) {
  CheckedCollection shoes(SlowToLink());
  shoes.Put(random_.Draw(0, 1024));
  absl::Status status;
  for (int attempt = 0; attempt < 20 && status.ok(); ++attempt) {
    shoes.Put(random_.Draw(0, 100));
    auto rebuild = BeginRebuild(shoes);
    // By the end of this the new index has all embeddings, though not all links: or else there is another attempt.
    for (int i = 0; i < 3; ++i) shoes.ExpectAgrees();
    {
      const FailingMemory failing({.above_bytes = 60'000});
      shoes.Put({random_.Draw("7")});
    }
    status = rebuild.get();
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE(shoes.Info().rebuilding);
  shoes.ExpectAgrees();
  shoes.ExpectHealthy();
}

TEST_F(CollectionRebuildTest, IsDueWhenTombstonesAreAShareOfTheItems) {
  Collection::Options options = CheckedCollection::SmallGraph();
  options.least_tombstones = 100;
  CheckedCollection shoes(options);
  shoes.Put(random_.Draw(0, 600));
  shoes.Put(random_.Draw(0, 110));
  shoes.Maintain();
  EXPECT_EQ(shoes.Info().rebuilds, 0u) << "while writes go on, a fifth must be tombstones";
  shoes.Put(random_.Draw(0, 20));
  shoes.Maintain();
  EXPECT_EQ(shoes.Info().rebuilds, 1u);
  options.idle_time = absl::ZeroDuration();
  shoes.Reopen(options);
  shoes.Put(random_.Draw(0, 101));
  shoes.Maintain();
  EXPECT_EQ(shoes.Info().rebuilds, 1u) << "a twentieth is enough for one that is idle";
}

// Of a small ef, where a decay would show first.
double RecallOf(CheckedCollection& shoes, unsigned seed) {
  RandomItems random(seed);
  for (int i = 0; i < 400; ++i) shoes.Search({.embedding = random.Vector()});
  return shoes.recall();
}

// Fewer where ThreadSanitizer makes everything some twenty times slower: races do not wait for many.
#if defined(__SANITIZE_THREAD__)
constexpr size_t kReplacedItems = 1000;
#else
constexpr size_t kReplacedItems = 3000;
#endif

TEST_F(CollectionRebuildTest, ACatalogReplacedTenTimesIsAsGoodAsAFreshOne) {
  constexpr size_t kItems = kReplacedItems;
  Collection::Options options = CheckedCollection::SmallGraph();
  options.index.exact_threshold = 100;
  options.index.ef_search = 24;
  options.least_tombstones = 100;
  CheckedCollection shoes(options);
  shoes.Put(random_.Draw(0, kItems));
  for (int round = 0; round < 10; ++round) {
    for (size_t i = 0; i < kItems / 100; ++i) {
      std::vector<std::string> gone;
      for (int one = 0; one < 40; ++one) gone.push_back(std::to_string(random_.Below(kItems)));
      shoes.Remove(gone);
      std::vector<Item> written;
      for (const std::string& id : gone) written.push_back(random_.Draw(id));
      for (int one = 0; one < 60; ++one) written.push_back(random_.Draw(std::to_string(random_.Below(kItems))));
      shoes.Put(std::move(written));
    }
    shoes.Maintain();
  }
  shoes.Rebuild();
  CheckedCollection fresh(options);
  std::vector<Item> items;
  for (const auto& [id, item] : shoes.expected().items()) items.push_back(item);
  fresh.Put(std::move(items));
  fresh.WaitForLinking();
  EXPECT_GE(RecallOf(shoes, 5), RecallOf(fresh, 5) - 0.01);
  EXPECT_LE(shoes.Info().index_bytes, fresh.Info().index_bytes * 1.15);
  EXPECT_THAT(shoes.Lost(), IsEmpty());
}

}  // namespace
}  // namespace lookalike
