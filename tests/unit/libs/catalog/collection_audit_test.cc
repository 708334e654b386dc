// SPDX-License-Identifier: Apache-2.0
// Does memory say what the disk says? Faults are made by writing to the store behind a snapshot's back.
#include <atomic>
#include <future>

#include "tests/unit/libs/ann/failing_memory.h"
#include "tests/unit/libs/catalog/checked_collection.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class CollectionAuditTest : public testing::Test {
 protected:
  void SetUp() override {
    shoes_.Put(random_.Draw(0, 300));
    shoes_.SaveSnapshot();
  }

  // Changes the store as if long ago, so that nobody hears of it: the number of the last write stays as it is, and the
  // journal of that time is of no interest any more.
  void Falsify(Storage::Change change) {
    if (auto* deletion = std::get_if<Storage::Deletion>(&change)) deletion->sequence = 1;
    ASSERT_TRUE(shoes_.storage().Write(shoes_.stored(), std::vector<Storage::Change>{change}, false).ok());
  }
  void FalsifyPut(const std::string& id) {
    Item item = random_.Draw(id);
    item.sequence = 1;
    for (ItemImage& image : item.images) ASSERT_TRUE(Normalize(image.embedding).ok());
    Falsify(&item);
    shoes_.expected().Put(item);
  }
  void FalsifyRemove(const std::string& id) {
    Falsify(Storage::Deletion{id});
    shoes_.expected().Remove(id);
  }

  AuditReport Audit(bool repair) { return shoes_.collection().Audit(repair, absl::InfiniteFuture()).value(); }

  RandomItems random_{1};
  CheckedCollection shoes_;
};

TEST_F(CollectionAuditTest, FindsNothingWrongWithAHealthyCollection) {
  const AuditReport report = Audit(/*repair=*/true);
  EXPECT_EQ(report.stored, 300u);
  EXPECT_EQ(report.indexed, 300u);
  EXPECT_EQ(report.missing + report.phantom + report.unreachable + report.mended, 0u);
  EXPECT_THAT(report.examples, IsEmpty());
}

TEST_F(CollectionAuditTest, RaisesNoFalseAlarmBesideWrites) {
  std::atomic<bool> done = false;
  auto audits = std::async(std::launch::async, [&] {
    for (int i = 0; i < 40; ++i) shoes_.ExpectHealthy();
    done = true;
  });
  for (size_t begin = 0; !done; begin += 13) {
    shoes_.Put(random_.Draw(begin % 400, 30));
    shoes_.Remove({std::to_string(begin % 400), std::to_string((begin + 7) % 400)});
  }
  audits.get();
  shoes_.ExpectAgrees();
}

TEST_F(CollectionAuditTest, NamesWhatIsMissingAndWhatShouldNotBeThere) {
  FalsifyPut("unknown");
  FalsifyPut("17");
  FalsifyRemove("18");
  shoes_.Reload();
  for (int i = 0; i < 2; ++i) {
    const AuditReport report = Audit(/*repair=*/false);
    EXPECT_EQ(report.stored, 300u);
    EXPECT_EQ(report.missing, 2u);
    EXPECT_EQ(report.phantom, 1u);
    EXPECT_EQ(report.mended, 0u);
    EXPECT_THAT(report.examples, UnorderedElementsAre("unknown", "17", "18"));
  }
}

TEST_F(CollectionAuditTest, MendsWhatItFinds) {
  FalsifyPut("unknown");
  FalsifyPut("17");
  FalsifyRemove("18");
  shoes_.Reload();
  EXPECT_EQ(Audit(/*repair=*/true).mended, 3u);
  shoes_.ExpectHealthy();
  shoes_.ExpectAgrees();
  EXPECT_THAT(shoes_.Lost(), IsEmpty());
}

TEST_F(CollectionAuditTest, WhatWasMendedStaysSoOverARestart) {
  FalsifyPut("unknown");
  FalsifyRemove("18");
  Collection::Options options = CheckedCollection::SmallGraph();
  options.snapshot_interval = absl::ZeroDuration();
  shoes_.Reopen(options);
  EXPECT_EQ(Audit(/*repair=*/true).mended, 2u);
  shoes_.Maintain();
  shoes_.Reopen();
  shoes_.ExpectHealthy();
  shoes_.ExpectAgrees();
}

TEST_F(CollectionAuditTest, NamesAHundredAtMostAndCountsAll) {
  for (int i = 0; i < 150; ++i) FalsifyRemove(std::to_string(i));
  shoes_.Reload();
  const AuditReport report = Audit(/*repair=*/true);
  EXPECT_EQ(report.phantom, 150u);
  EXPECT_EQ(report.mended, 150u);
  EXPECT_THAT(report.examples, SizeIs(kMaxAuditExamples));
  shoes_.ExpectAgrees();
}

// The one way in which a running collection gets into this state.
TEST_F(CollectionAuditTest, BringsBackAnItemForWhichMemoryWasLacking) {
  shoes_.Put(random_.Draw(0, 724));  // the index's memory for 1,024 embeddings is full
  const Item item = random_.Draw("unlucky");
  {
    const FailingMemory failing({.above_bytes = 60'000});
    const auto written = shoes_.collection().Upsert("", {item}, absl::InfiniteFuture());
    ASSERT_EQ(written->items.front().code(), absl::StatusCode::kResourceExhausted);
  }
  const AuditReport report = Audit(/*repair=*/true);
  EXPECT_EQ(report.missing, 1u);
  EXPECT_EQ(report.mended, 1u);
  EXPECT_THAT(report.examples, ElementsAre("unlucky"));
  shoes_.ExpectHealthy();
  EXPECT_EQ(Audit(false).indexed, 725u);
}

TEST_F(CollectionAuditTest, GivesUpAtItsDeadline) {
  const auto report = shoes_.collection().Audit(false, absl::InfinitePast());
  EXPECT_EQ(report.status().code(), absl::StatusCode::kDeadlineExceeded);
}

}  // namespace
}  // namespace lookalike
