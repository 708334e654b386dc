// SPDX-License-Identifier: Apache-2.0
// A snapshot saves a start its work, and never changes an answer, whatever happened to it.
#include <atomic>
#include <filesystem>
#include <future>

#include "libs/telemetry/log.h"
#include "tests/unit/libs/catalog/checked_collection.h"
#include "tests/unit/libs/catalog/data_files.h"

namespace lookalike {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class CollectionSnapshotTest : public testing::Test {
 protected:
  void SetUp() override {
    shoes_.Put(random_.Draw(0, 300));
    shoes_.Remove({"3", "4", "5"});
    shoes_.Put(random_.Draw(200, 150));
  }

  // What the start says.
  std::string LogOfReload() {
    testing::internal::CaptureStderr();
    shoes_.Reload();
    return testing::internal::GetCapturedStderr();
  }

  void ExpectUsed(const std::string& log) {
    EXPECT_EQ(log, "");
    EXPECT_GT(shoes_.Info().snapshot_sequence, 0u);
    ExpectRight();
  }
  // The start read everything, and says why.
  void ExpectNotUsed(const std::string& log, const std::string& reason) {
    EXPECT_THAT(log, HasSubstr("snapshot not used"));
    EXPECT_THAT(log, HasSubstr(reason));
    EXPECT_EQ(shoes_.Info().snapshot_sequence, 0u);
    ExpectRight();
  }
  void ExpectRight() {
    shoes_.ExpectAgrees();
    shoes_.ExpectHealthy();
  }

  RandomItems random_{1, /*most_images=*/4};
  CheckedCollection shoes_;
};

TEST_F(CollectionSnapshotTest, IsLoadedAtTheNextStart) {
  shoes_.SaveSnapshot();
  const CollectionInfo before = shoes_.Info();
  EXPECT_EQ(before.snapshot_sequence, before.sequence);
  EXPECT_EQ(before.snapshot_bytes, fs::file_size(shoes_.snapshot()));
  ExpectUsed(LogOfReload());
  EXPECT_EQ(shoes_.Info().snapshot_sequence, before.sequence);
  EXPECT_EQ(shoes_.Info().tombstones, before.tombstones) << "the graph is the one of before";
}

TEST_F(CollectionSnapshotTest, WhatWasWrittenAfterItIsThereToo) {
  shoes_.SaveSnapshot();
  shoes_.Put(random_.Draw(340, 40));
  shoes_.Remove({"1", "345"});
  shoes_.Put({random_.Draw("1")});
  shoes_.Remove({"2"});
  ExpectUsed(LogOfReload());
  shoes_.SaveSnapshot();
  ExpectUsed(LogOfReload());
}

TEST_F(CollectionSnapshotTest, IsNotWrittenAgainWhereNothingHasChanged) {
  Collection::Options options = CheckedCollection::SmallGraph();
  options.snapshot_interval = absl::ZeroDuration();
  shoes_.Reopen(options);
  shoes_.Maintain();
  const absl::Time first = shoes_.Info().snapshot_time;
  EXPECT_NE(first, absl::InfinitePast());
  shoes_.Maintain();
  EXPECT_EQ(shoes_.Info().snapshot_time, first);
  shoes_.Put(random_.Draw(0, 1));
  shoes_.Maintain();
  EXPECT_GT(shoes_.Info().snapshot_time, first);
}

TEST_F(CollectionSnapshotTest, CanBeTakenWhileEverythingIsBeingRewritten) {
  std::atomic<bool> done = false;
  auto snapshots = std::async(std::launch::async, [&] {
    for (int i = 0; i < 10; ++i) EXPECT_EQ(shoes_.collection().SaveSnapshot(), absl::OkStatus());
    done = true;
  });
  for (size_t begin = 0; !done; begin += 11) {
    shoes_.Remove({std::to_string((begin + 5) % 350), std::to_string(begin % 350), std::to_string((begin + 99) % 350)});
    shoes_.Put(random_.Draw(begin % 350, 9));  // some into the slots of others
  }
  snapshots.get();
  shoes_.Kill();
  EXPECT_GT(shoes_.Info().snapshot_sequence, 0u);
  ExpectRight();
}

TEST_F(CollectionSnapshotTest, NothingIsSaidWhereThereIsNone) {
  EXPECT_EQ(LogOfReload(), "");
  EXPECT_EQ(shoes_.Info().snapshot_sequence, 0u);
  ExpectRight();
}

TEST_F(CollectionSnapshotTest, IsNotUsedWhereItIsEmpty) {
  WriteBytes(shoes_.snapshot(), "");
  ExpectNotUsed(LogOfReload(), "cut off");
}

TEST_F(CollectionSnapshotTest, IsNotUsedWhereItIsCutOffAnywhere) {
  shoes_.SaveSnapshot();
  const std::string whole = ReadBytes(shoes_.snapshot());
  for (size_t length = 0; length < whole.size(); length += whole.size() / 40) {
    SCOPED_TRACE(length);
    WriteBytes(shoes_.snapshot(), whole.substr(0, length));
    ExpectNotUsed(LogOfReload(), "0.snapshot");
  }
}

TEST_F(CollectionSnapshotTest, IsNotUsedWithAFlippedBitAnywhere) {
  shoes_.SaveSnapshot();
  const std::string whole = ReadBytes(shoes_.snapshot());
  SetLogLevel(LogLevel::kError);
  for (int i = 0; i < 400 && !HasFailure(); ++i) {
    const size_t bit = random_.Below(8 * whole.size());
    SCOPED_TRACE(bit);
    WriteBytes(shoes_.snapshot(), whole);
    FlipBit(shoes_.snapshot(), bit);
    shoes_.Reload();
    EXPECT_EQ(shoes_.Info().snapshot_sequence, 0u) << "every bit is checked";
    if (i % 10 == 0) ExpectRight();
    shoes_.Search({.embedding = random_.Vector(), .k = kMaxK});
  }
  SetLogLevel(LogLevel::kInfo);
}

TEST_F(CollectionSnapshotTest, IsNotUsedWhereItIsOfAnotherFormatVersion) {
  shoes_.SaveSnapshot();
  ChangeHeader(shoes_.snapshot(), [](std::string& header) {
    const std::string version = "\"version\":2";
    header.replace(header.find(version), version.size(), "\"version\":1");
  });
  ExpectNotUsed(LogOfReload(), "another format version");
}

TEST_F(CollectionSnapshotTest, IsNotUsedWhereItsHeaderIsNonsense) {
  for (const std::string nonsense : {"", "{", "[]", "{}", "{\"version\":\"one\"}", "{\"version\":2,\"number\":-1}"}) {
    SCOPED_TRACE(nonsense);
    shoes_.SaveSnapshot();
    ChangeHeader(shoes_.snapshot(), [&](std::string& header) { header = nonsense; });
    ExpectNotUsed(LogOfReload(), "snapshot");
  }
}

TEST_F(CollectionSnapshotTest, IsNotUsedWhereItIsOfAnotherCollection) {
  const auto bags =
      Collection::Load(shoes_.storage().CreateCollection({"bags", RandomItems::kDimension, "", false}).value(),
                       shoes_.options(), &shoes_.storage());
  ASSERT_TRUE((*bags)->Upsert("", random_.Draw(0, 10), absl::InfiniteFuture()).ok());
  ASSERT_TRUE((*bags)->SaveSnapshot().ok());
  fs::copy_file((*bags)->SnapshotPath(), shoes_.snapshot());
  const auto others = shoes_.storage().LoadCollections().value();
  testing::internal::CaptureStderr();
  const auto loaded = Collection::Load(others.at(1), shoes_.options(), &shoes_.storage());
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("of another store or collection"));
  EXPECT_EQ((*loaded)->Info().items, shoes_.Info().items);
}

TEST_F(CollectionSnapshotTest, IsNotUsedForAGraphOfOtherLinks) {
  shoes_.SaveSnapshot();
  Collection::Options options = CheckedCollection::SmallGraph();
  options.index.M = 12;
  testing::internal::CaptureStderr();
  shoes_.Reopen(options);
  ExpectNotUsed(testing::internal::GetCapturedStderr(), "M 8; wanted are 16 and 12");
}

TEST_F(CollectionSnapshotTest, IsNotUsedWhereTheJournalNoLongerReachesBackToIt) {
  shoes_.SaveSnapshot();
  shoes_.Put(random_.Draw(340, 40));
  ASSERT_TRUE(shoes_.storage().TrimJournal(shoes_.stored(), shoes_.Info().sequence - 5).ok());
  ExpectNotUsed(LogOfReload(), "the journal ends at");
}

TEST_F(CollectionSnapshotTest, AnOlderOneThatIsPutBackIsNotUsed) {
  shoes_.SaveSnapshot();
  const std::string older = ReadBytes(shoes_.snapshot());
  shoes_.Put(random_.Draw(0, 100));
  shoes_.SaveSnapshot();
  WriteBytes(shoes_.snapshot(), older);
  ExpectNotUsed(LogOfReload(), "the journal ends at");
}

}  // namespace
}  // namespace lookalike
