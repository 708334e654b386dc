// SPDX-License-Identifier: Apache-2.0
// On a disk of 128 MiB, which the tests fill and empty.
#include <thread>

#include "tests/unit/libs/catalog/storage_fixture.h"
#include "tests/unit/small_disk.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class StorageFullDiskTest : public StorageFixture {
 protected:
  void SetUp() override {
    if (!disk_.mounted()) GTEST_SKIP() << "mounting a small disk is not permitted here";
    directory_ = disk_.File("data");
    StorageFixture::SetUp();
  }
  void TearDown() override { storage_.reset(); }  // before its disk goes

  // As a maintenance thread would, only more often. Whether a write succeeds within five seconds.
  bool WritesAgain(const std::string& id) {
    const absl::Time end = absl::Now() + absl::Seconds(5);
    do {
      if (storage_->Heal().ok() && Put(id).ok()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    } while (absl::Now() < end);
    return false;
  }

  SmallDisk disk_{128 << 20};
};

TEST_F(StorageFullDiskTest, WritesAreRefusedAndReadsGoOnUntilThereIsSpace) {
  ASSERT_TRUE(Put("before").ok());
  disk_.Fill();
  const absl::Status refused = Put("during");
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("the disk is full"));
  EXPECT_EQ(storage_->CreateCollection({"hats", 4, ""}).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE(storage_->healthy());
  EXPECT_EQ(storage_->Heal().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(Items(), ElementsAre("before=1@1"));
  disk_.Free();
  EXPECT_TRUE(WritesAgain("after"));
  EXPECT_TRUE(storage_->healthy());
  Reopen();
  EXPECT_THAT(Items(), ElementsAre("after=1@3", "before=1@1"));
}

TEST_F(StorageFullDiskTest, AWriteSucceedsAsSoonAsThereIsSpace) {
  disk_.Fill();
  ASSERT_FALSE(Put("x").ok());
  disk_.Free();
  EXPECT_EQ(Put("x"), absl::OkStatus());
  EXPECT_TRUE(storage_->healthy());
}

TEST_F(StorageFullDiskTest, IsNotFilledToTheLastByte) {
  disk_.Fill(8 << 20);
  EXPECT_EQ(Put("x").code(), absl::StatusCode::kResourceExhausted);
}

// Somebody else takes the space between the check and the write: RocksDB comes to an error of its own.
TEST_F(StorageFullDiskTest, HealsWhereRocksDbItselfCouldNotWrite) {
  bool fill_now = false;
  observer_.on_commit_items = [&](size_t) {
    if (fill_now) disk_.Fill();
  };
  Reopen();
  StoredCollection large = storage_->CreateCollection({"large", 4096, ""}).value();
  std::vector<Item> items(500);
  std::vector<Storage::Change> changes;
  for (Item& item : items) {
    item.id = "large-" + std::to_string(changes.size());
    item.images = {{.embedding = Embedding(4096, 1.0f)}};
    item.sequence = ++large.sequence;
    changes.emplace_back(&item);
  }
  // More than a memtable takes (32 MiB): the next write begins a flush, on a disk that is full by then.
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(storage_->Write(large, changes, false).ok());
  ASSERT_TRUE(Put("before").ok());
  fill_now = true;
  const absl::Status during = Put("during");  // it may still have fitted into the log
  fill_now = false;
  while (storage_->healthy()) std::this_thread::yield();
  EXPECT_THAT(ItemsOf(shoes_), testing::Contains("before=1@1"));
  disk_.Free();
  EXPECT_EQ(Put("too early").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(WritesAgain("after"));
  Reopen();
  std::vector<std::string> acknowledged = {"before=1@1", "after=1@" + std::to_string(shoes_.sequence)};
  if (during.ok()) acknowledged.push_back("during=1@2");
  EXPECT_THAT(Items(), testing::IsSupersetOf(acknowledged));
  EXPECT_EQ(ItemsOf(large).size(), items.size());
}

}  // namespace
}  // namespace lookalike
