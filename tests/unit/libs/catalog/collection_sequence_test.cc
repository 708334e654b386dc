// SPDX-License-Identifier: Apache-2.0
// The numbers of writes: each larger than all before it, whatever happens in between.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "tests/unit/libs/catalog/checked_collection.h"

namespace lookalike {
namespace {

class CollectionSequenceTest : public testing::Test {
 protected:
  // Every write checks its number.
  void ExpectNumbersGoOn() {
    const uint64_t before = shoes_.Info().sequence;
    shoes_.Put(random_.Draw(0, 3));
    shoes_.Remove({"1", "not there"});
    EXPECT_EQ(shoes_.Info().sequence, before + 4);
  }

  RandomItems random_{1};
  CheckedCollection shoes_;
};

TEST_F(CollectionSequenceTest, GoOnOverRebuildsSnapshotsRestartsAndKills) {
  ExpectNumbersGoOn();
  shoes_.Rebuild();
  ExpectNumbersGoOn();
  shoes_.SaveSnapshot();
  shoes_.Reopen();
  ExpectNumbersGoOn();
  shoes_.Kill();
  ExpectNumbersGoOn();
  shoes_.ExpectAgrees();
}

TEST_F(CollectionSequenceTest, GoOnAfterTheItemWithTheHighestOneIsDeleted) {
  shoes_.Put(random_.Draw(0, 5));
  shoes_.Remove({"4"});
  shoes_.Kill();
  EXPECT_EQ(shoes_.Info().sequence, 6u);
  ExpectNumbersGoOn();
}

TEST_F(CollectionSequenceTest, AreLargerThanThoseOfEveryWriteThatWasOverBefore) {
  std::atomic<uint64_t> highest = 0;  // that any writer has been told
  std::mutex mutex;
  std::set<uint64_t> all;
  const auto writer = [&](unsigned seed) {
    RandomItems random(seed);
    for (size_t i = 0; i < 60; ++i) {
      const uint64_t before = highest;
      const auto written = shoes_.collection().Upsert("", random.Draw(i, 1 + i % 3), absl::InfiniteFuture());
      ASSERT_TRUE(written.ok());
      EXPECT_GT(written->sequence, before);
      const std::lock_guard lock(mutex);
      EXPECT_TRUE(all.insert(written->sequence).second) << "given twice";
      highest = std::max(highest.load(), written->sequence);
    }
  };
  std::thread writers[] = {std::thread(writer, 1u), std::thread(writer, 2u), std::thread(writer, 3u)};
  for (std::thread& one : writers) one.join();
  EXPECT_EQ(highest, shoes_.Info().sequence);
}

}  // namespace
}  // namespace lookalike
