// SPDX-License-Identifier: Apache-2.0
// More embeddings than can be linked in time: who has to wait, and for how long.
#include "tests/unit/libs/catalog/checked_collection.h"

namespace lookalike {
namespace {

using testing::StartsWith;

class CollectionBacklogTest : public testing::Test {
 protected:
  static constexpr size_t kFlood = 4000;

  // Linking the flood takes seconds.
  static Collection::Options Slow(absl::Duration max_wait) {
    Collection::Options options = CheckedCollection::SmallGraph();
    options.index.ef_construction = 4000;
    options.max_backlog = 20;
    options.max_backlog_wait = max_wait;
    return options;
  }

  absl::Status PutOne(CheckedCollection& shoes, absl::Time deadline) {
    return shoes.collection().Upsert("", {random_.Draw("late")}, deadline).status();
  }

  RandomItems random_{1};
};

TEST_F(CollectionBacklogTest, AWriteThatHasWaitedLongEnoughIsRefused) {
  CheckedCollection shoes(Slow(absl::Milliseconds(20)));
  shoes.Put(random_.Draw(0, kFlood));
  const absl::Status refused = PutOne(shoes, absl::InfiniteFuture());
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(refused.message()), StartsWith("backlog: "));
  EXPECT_EQ(shoes.Info().items, kFlood) << "nothing of it was written";
}

TEST_F(CollectionBacklogTest, AnEarlierDeadlineEndsTheWait) {
  CheckedCollection shoes(Slow(absl::Hours(1)));
  shoes.Put(random_.Draw(0, kFlood));
  EXPECT_EQ(PutOne(shoes, absl::Now() + absl::Milliseconds(20)).code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(shoes.Info().items, kFlood);
}

TEST_F(CollectionBacklogTest, ReadsAndDeletionsGoOn) {
  CheckedCollection shoes(Slow(absl::Milliseconds(20)));
  shoes.Put(random_.Draw(0, kFlood));
  shoes.ExpectAgrees();
  shoes.Search({.embedding = random_.Vector(), .filter = random_.Filter()});
  shoes.Remove({"1", "2", "3999"});
  shoes.ExpectAgrees();
  EXPECT_GT(shoes.Info().backlog, 20u) << "or else none of this showed anything";
}

TEST_F(CollectionBacklogTest, WritesWaitUntilItIsShortEnoughAndAreThenTaken) {
  Collection::Options options = CheckedCollection::SmallGraph();
  options.max_backlog = 20;
  options.max_backlog_wait = absl::Hours(1);
  CheckedCollection shoes(options);
  for (size_t begin = 0; begin < 2000; begin += 100) {
    shoes.Put(random_.Draw(begin, 100));
    EXPECT_LE(shoes.Info().backlog, 20u + 100u) << "what may wait, and one write";
  }
  shoes.ExpectAgrees();
}

TEST_F(CollectionBacklogTest, ACollectionWithoutAGraphHasNone) {
  Collection::Options options = Slow(absl::Milliseconds(20));
  options.index.exact_threshold = kFlood;
  CheckedCollection shoes(options);
  for (size_t begin = 0; begin < kFlood; begin += 1000) shoes.Put(random_.Draw(begin, 1000));
  shoes.ExpectAgrees();
}

}  // namespace
}  // namespace lookalike
