// SPDX-License-Identifier: Apache-2.0
// Read your writes: reads that name the write which they must have seen.
#include <future>

#include "absl/time/clock.h"

#include "libs/catalog/sequence_gate.h"
#include "tests/unit/libs/catalog/catalog_fixture.h"

namespace lookalike {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class CatalogSequenceTest : public CatalogFixture {
 protected:
  // Each kind of read, by its outcome alone.
  absl::Status Get(uint64_t min_sequence, absl::Time deadline) {
    return catalog_->Get(kShoes, ids_, {.min_sequence = min_sequence}, deadline).status();
  }
  absl::Status List(uint64_t min_sequence, absl::Time deadline) {
    return catalog_->List(kShoes, {.min_sequence = min_sequence}, deadline).status();
  }
  absl::Status Find(uint64_t min_sequence, absl::Time deadline, const std::string& filter = "") {
    StoreQuery query;
    query.embeddings = queries_;
    query.min_sequence = min_sequence;
    query.filter = *Filter::Parse(filter);
    return catalog_->Search(kShoes, query, deadline).status();
  }

  static void AwaitWaiters(int count) {
    while (SequenceGate::Waiting() < count) absl::SleepFor(absl::Milliseconds(1));
  }

  const std::vector<std::string> ids_ = {"boot"};
  const std::vector<Embedding> queries_ = {{1, 0, 0, 0}};
};

TEST_F(CatalogSequenceTest, EveryReadSeesTheWriteThatItNames) {
  ASSERT_TRUE(Put(MakeItem("boot", {1, 0, 0, 0})).ok());
  const uint64_t sequence = Info().sequence;
  EXPECT_TRUE(Get(sequence, absl::InfiniteFuture()).ok());
  EXPECT_TRUE(List(sequence, absl::InfiniteFuture()).ok());
  EXPECT_TRUE(Find(sequence, absl::InfiniteFuture()).ok());
}

TEST_F(CatalogSequenceTest, EveryReadGivesUpAtItsDeadlineNamingBothNumbers) {
  ASSERT_TRUE(Put(MakeItem("boot", {1, 0, 0, 0})).ok());
  const auto soon = [] { return absl::Now() + absl::Milliseconds(30); };
  for (const absl::Status& late : {Get(77, soon()), List(77, soon()), Find(77, soon())}) {
    EXPECT_EQ(late.code(), absl::StatusCode::kDeadlineExceeded);
    EXPECT_THAT(std::string(late.message()),
                AllOf(StartsWith("min_sequence: "), HasSubstr("at 1 "), HasSubstr("to 77 ")));
  }
}

TEST_F(CatalogSequenceTest, ALaterWriteReleasesAReadAndItsFilterKnowsTheNewAttribute) {
  auto reader = std::async(std::launch::async, [&] { return Find(1, absl::InfiniteFuture(), "color = \"red\""); });
  AwaitWaiters(1);
  ASSERT_TRUE(Put(MakeItem("boot", {1, 0, 0, 0}, {{"color", "red"}})).ok());
  EXPECT_EQ(reader.get(), absl::OkStatus());
}

TEST_F(CatalogSequenceTest, DeletingTheCollectionReleasesAReadWithNotFound) {
  auto reader = std::async(std::launch::async, [&] { return Get(1, absl::InfiniteFuture()); });
  AwaitWaiters(1);
  ASSERT_TRUE(catalog_->DeleteCollection(kShoes, absl::InfiniteFuture()).ok());
  EXPECT_EQ(reader.get().code(), absl::StatusCode::kNotFound);
}

TEST_F(CatalogSequenceTest, NumbersGoOnAfterARestart) {
  ASSERT_TRUE(Put(MakeItem("boot", {1, 0, 0, 0})).ok());
  Reopen();
  EXPECT_TRUE(Get(1, absl::InfiniteFuture()).ok());
  EXPECT_EQ(Get(2, absl::Now() + absl::Milliseconds(30)).code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(CatalogSequenceTest, WaitingReadsHoldUpNeitherWritesNorOtherReads) {
  std::vector<std::future<absl::Status>> readers;
  for (int i = 0; i < 8; ++i) {
    readers.push_back(std::async(std::launch::async, [&] { return Find(100, absl::InfiniteFuture()); }));
  }
  AwaitWaiters(8);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(Put(MakeItem("boot", {1, static_cast<float>(i), 0, 0})).ok());
    ASSERT_TRUE(Find(i + 1, absl::InfiniteFuture()).ok());
  }
  for (std::future<absl::Status>& reader : readers) EXPECT_EQ(reader.get(), absl::OkStatus());
}

}  // namespace
}  // namespace lookalike
