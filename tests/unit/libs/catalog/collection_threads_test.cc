// SPDX-License-Identifier: Apache-2.0
// Everything at once. Runs for LOOKALIKE_TEST_SECONDS (4 where that is not set) in each of its tests: for minutes, by
// hand, under ThreadSanitizer, it is the proof that a collection can be used from many threads.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <thread>

#include "absl/strings/match.h"

#include "tests/unit/libs/catalog/checked_collection.h"

namespace lookalike {
namespace {

class CollectionThreadsTest : public testing::Test {
 protected:
  // Items that are replaced again and again and never change but for their attribute `round`. Beside them come others,
  // "0", "1", … in that order, each of which is deleted for good before the next comes.
  void Fill(size_t lasting) {
    lasting_ = random_.Draw(0, lasting);
    for (size_t i = 0; i < lasting; ++i) {
      lasting_[i].id = "lasting" + std::to_string(i);
      lasting_[i].attributes = {{"kind", "lasting"}, {"round", 0.0}, {"even", i % 2 == 0}};
      for (ItemImage& image : lasting_[i].images) ASSERT_TRUE(Normalize(image.embedding).ok());
    }
    shoes_.Put(lasting_);
  }

  static absl::Duration TimeToRun() {
    const char* seconds = std::getenv("LOOKALIKE_TEST_SECONDS");
    return absl::Seconds(seconds == nullptr ? 4 : std::atoi(seconds));
  }

  // Does each job again and again, all beside each other, until time is up or one has failed.
  static void Together(std::vector<std::function<void(RandomItems&)>> jobs) {
    const absl::Time end = absl::Now() + TimeToRun();
    std::vector<std::thread> threads;
    for (size_t i = 0; i < jobs.size(); ++i) {
      threads.emplace_back([end, job = jobs[i], seed = static_cast<unsigned>(i)] {
        RandomItems random(seed, /*most_images=*/3);
        while (absl::Now() < end && !HasFailure()) job(random);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }

  Collection& shoes() { return shoes_.collection(); }

  void Replace(RandomItems& random) {
    std::vector<Item> items;
    for (size_t i = 0; i < 1 + random.Below(5); ++i) {
      items.push_back(lasting_[random.Below(lasting_.size())]);
      items.back().attributes["round"] = static_cast<double>(++round_);
    }
    const auto written = shoes().Upsert("", std::move(items), absl::InfiniteFuture());
    ASSERT_EQ(written.status(), absl::OkStatus());
    for (const absl::Status& status : written->items) EXPECT_EQ(status, absl::OkStatus());
  }

  void ComeAndGo(RandomItems& random) {
    const std::string id = std::to_string(gone_);
    Item item = random.Draw(id);
    item.attributes = {{"kind", "passing"}};
    item.images[0].embedding = lasting_.front().images[0].embedding;
    ASSERT_TRUE(shoes().Upsert("", {item}, absl::InfiniteFuture())->items.front().ok());
    ASSERT_TRUE(shoes().Delete({{.id = id}}, absl::InfiniteFuture())->items.front().ok());
    ++gone_;
  }

  std::vector<ScoredItem> Find(const Embedding& embedding, const std::string& filter, size_t k) {
    StoreQuery query;
    query.embeddings = std::span<const Embedding>(&embedding, 1);
    query.k = k;
    query.filter = Filter::Parse(filter).value();
    const uint64_t gone_before = gone_;
    const auto found = shoes().Search(query, absl::InfiniteFuture());
    EXPECT_EQ(found.status(), absl::OkStatus());
    if (!found.ok()) return {};
    EXPECT_EQ(found->front().size(), std::min(k, lasting_.size() / (filter == "even = true" ? 2 : 1)));
    for (const ScoredItem& one : found->front()) {
      if (absl::StartsWith(one.item.id, "lasting")) continue;
      EXPECT_GE(std::stoull(one.item.id), gone_before) << "was deleted before the search";
      EXPECT_TRUE(filter == "" || filter == "exists kind") << "does not match";
    }
    return found->front();
  }

  // Looks for an item by its own embedding.
  bool Finds(RandomItems& random, const std::string& filter) {
    const Item& wanted = lasting_[2 * random.Below(lasting_.size() / 2)];
    const std::vector<ScoredItem> found = Find(wanted.images.back().embedding, filter, 10);
    const auto same = [&](const ScoredItem& one) { return one.item.id == wanted.id && one.score > 0.9995; };
    return std::any_of(found.begin(), found.end(), same);
  }

  void Read(RandomItems& random) {
    const std::vector<std::string> ids = {lasting_[random.Below(lasting_.size())].id, "no such"};
    const auto got = shoes().Get(ids, {.with_embeddings = true}, absl::InfiniteFuture());
    ASSERT_EQ(got.status(), absl::OkStatus());
    EXPECT_TRUE(got->front().ok());
    EXPECT_EQ(got->back().status().code(), absl::StatusCode::kNotFound);
    const auto page = shoes().List({.limit = kMaxListLimit}, absl::InfiniteFuture());
    ASSERT_EQ(page.status(), absl::OkStatus());
    EXPECT_GE(page->items.size(), lasting_.size());
    EXPECT_LE(page->items.size(), lasting_.size() + 1);
  }

  void Watch() {
    const CollectionInfo info = shoes().Info();
    EXPECT_GE(info.items, lasting_.size());
    EXPECT_LE(info.items, lasting_.size() + 1);
    EXPECT_LE(info.snapshot_sequence, info.sequence);
    shoes_.ExpectHealthy();
  }

  // One job at a time, as the catalog does it.
  void Keep(RandomItems& random) {
    const size_t choice = random.Below(3);
    const absl::Status status = choice == 0   ? shoes().Rebuild()
                                : choice == 1 ? shoes().SaveSnapshot()
                                              : shoes().Maintain();
    EXPECT_EQ(status, absl::OkStatus());
  }

  // What is there when all is over, and again after a restart.
  void ExpectAllThere() {
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(shoes_.Info().items, lasting_.size());
      EXPECT_EQ(shoes().List({.limit = kMaxListLimit}, absl::InfiniteFuture())->items.size(), lasting_.size());
      shoes_.ExpectHealthy();
      EXPECT_EQ(Find(lasting_.front().images[0].embedding, "", kMaxK).size(), lasting_.size());
      shoes_.Reopen();
    }
  }

  RandomItems random_{1, /*most_images=*/3};
  CheckedCollection shoes_;
  std::vector<Item> lasting_;
  std::atomic<uint64_t> gone_ = 0;
  std::atomic<uint64_t> round_ = 0;
};

TEST_F(CollectionThreadsTest, ASmallCollectionFindsEveryItemAtEveryMoment) {
  Fill(200);
  Together({[&](RandomItems& random) { Replace(random); },  //
            [&](RandomItems& random) { Replace(random); },  //
            [&](RandomItems& random) { ComeAndGo(random); },
            [&](RandomItems& random) { EXPECT_TRUE(Finds(random, "")); },
            [&](RandomItems& random) { EXPECT_TRUE(Finds(random, "even = true")); },
            [&](RandomItems& random) { EXPECT_TRUE(Finds(random, "kind = \"lasting\" and round >= 0")); },
            [&](RandomItems& random) { Read(random); },  //
            [&](RandomItems&) { Watch(); },              //
            [&](RandomItems& random) { Keep(random); }});
  ExpectAllThere();
}

TEST_F(CollectionThreadsTest, AnAnswerIsFullWhileItsNearestItemsAreDeleted) {
  Fill(100);
  Together({[&](RandomItems& random) { ComeAndGo(random); },
            [&](RandomItems&) { Find(lasting_.front().images[0].embedding, "", 10); },
            [&](RandomItems&) { Find(lasting_.front().images[0].embedding, "exists kind", 10); }});
}

TEST_F(CollectionThreadsTest, AGraphFindsNearlyEveryItemAtEveryMoment) {
  Fill(2400);
  std::atomic<size_t> searches = 0;
  std::atomic<size_t> found = 0;
  const auto search = [&](RandomItems& random, const std::string& filter) {
    ++searches;
    found += Finds(random, filter) ? 1 : 0;
  };
  Together({[&](RandomItems& random) { Replace(random); },  //
            [&](RandomItems& random) { Replace(random); },  //
            [&](RandomItems& random) { ComeAndGo(random); }, [&](RandomItems& random) { search(random, ""); },
            [&](RandomItems& random) { search(random, "even = true"); }, [&](RandomItems& random) { Read(random); },  //
            [&](RandomItems&) { Watch(); },                                                                           //
            [&](RandomItems& random) { Keep(random); }});
  EXPECT_GE(static_cast<double>(found), 0.98 * static_cast<double>(searches));
  ExpectAllThere();
}

}  // namespace
}  // namespace lookalike
