// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/storage.h"

#include <rocksdb/db.h>

#include "tests/unit/libs/catalog/storage_fixture.h"

namespace lookalike {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Changes the closed store behind its back.
class StorageTest : public StorageFixture {
 protected:
  // Opens the store's RocksDB, without the families that are not named, and calls `work`.
  template <class Work>
  void WithDatabase(const std::vector<std::string>& names, const Work& work) {
    storage_.reset();
    rocksdb::Options options;
    options.create_if_missing = options.create_missing_column_families = true;
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const std::string& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    std::filesystem::create_directories(directory_);
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, directory_ + "/store", families, &handles, &db).ok());
    work(*db, handles);
    for (rocksdb::ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
    delete db;
  }

  void Overwrite(size_t family, const std::string& key, const std::string& value) {
    WithDatabase({"default", "items", "embeddings", "journal"}, [&](rocksdb::DB& db, const auto& handles) {
      ASSERT_TRUE(db.Put({}, handles[family], key, value).ok());
    });
  }
};

constexpr size_t kDefault = 0, kItems = 1, kEmbeddings = 2, kJournal = 3;
const std::string kKeyOfX = std::string(4, '\0') + "x";

TEST_F(StorageTest, ACollectionKeepsItsSpecAndState) {
  const StoredCollection made = storage_->CreateCollection({"hats", 512, "model-b", /*centered=*/true}).value();
  ASSERT_TRUE(Put("x").ok());
  Reopen();
  const auto collections = storage_->LoadCollections();
  ASSERT_TRUE(collections.ok()) << collections.status();
  ASSERT_EQ(collections->size(), 2u);
  EXPECT_EQ(collections->front().number, made.number);
  EXPECT_EQ(collections->front().spec.dimension, 512u);
  EXPECT_TRUE(collections->front().spec.centered);
  EXPECT_EQ(collections->front().sequence, 0u);
  EXPECT_EQ(collections->back().spec.name, "shoes");
  EXPECT_FALSE(collections->back().spec.centered);
  EXPECT_EQ(collections->back().sequence, 1u);
}

TEST_F(StorageTest, AnObserverHearsOfEveryCommit) {
  std::vector<size_t> items;
  std::vector<absl::Duration> syncs;
  observer_ = {.on_commit_items = [&items](size_t count) { items.push_back(count); },
               .on_sync = [&syncs](absl::Duration duration) { syncs.push_back(duration); }};
  Reopen();
  ASSERT_TRUE(Put("x").ok());
  ASSERT_TRUE(storage_->WriteMean(shoes_, {{1, 0, 0, 0}, 1}).ok());
  EXPECT_THAT(items, ElementsAre(1));
  EXPECT_EQ(syncs.size(), 2u);
  for (const absl::Duration& sync : syncs) EXPECT_GT(sync, absl::ZeroDuration());
}

TEST_F(StorageTest, AMeanSurvivesARestart) {
  ASSERT_EQ(storage_->WriteMean(shoes_, {{0.25f, -1, 0, 3}, 1000}), absl::OkStatus());
  Reopen();
  const auto mean = storage_->ReadMean(shoes_);
  ASSERT_TRUE(mean.ok() && mean->has_value()) << mean.status();
  EXPECT_THAT((*mean)->mean, ElementsAre(0.25f, -1, 0, 3));
  EXPECT_EQ((*mean)->items, 1000u);
}

TEST_F(StorageTest, AMeanIsThereOnlyWhileItsCollectionIs) {
  EXPECT_FALSE(storage_->ReadMean(shoes_)->has_value());
  ASSERT_TRUE(storage_->WriteMean(shoes_, {{1, 0, 0, 0}, 1}).ok());
  ASSERT_TRUE(storage_->DeleteCollection(shoes_).ok());
  EXPECT_FALSE(storage_->ReadMean(shoes_)->has_value());
}

TEST_F(StorageTest, AMeanOfAnotherDimensionIsDataLoss) {
  ASSERT_TRUE(storage_->WriteMean(shoes_, {{1, 0, 0}, 1}).ok());
  const absl::Status status = storage_->ReadMean(shoes_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("collection \"shoes\""), HasSubstr("mean")));
}

TEST_F(StorageTest, DamagedRecordsAreNamed) {
  ASSERT_TRUE(Put("x").ok());
  Overwrite(kEmbeddings, kKeyOfX, "short");
  Open();
  const std::vector<std::string> ids = {"x"};
  const absl::Status read = storage_->Read(shoes_, ids, true).status();
  const absl::Status listed = storage_->ForEachItem(shoes_, "", true, [](Item) { return true; });
  for (const absl::Status& status : {read, listed}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(status.message()), HasSubstr("item \"x\" of collection \"shoes\""));
  }
  Overwrite(kItems, kKeyOfX, "nonsense");
  Open();
  EXPECT_THAT(storage_->Read(shoes_, ids, false).status().ToString(), HasSubstr("item \"x\" of collection \"shoes\""));
}

TEST_F(StorageTest, ADamagedJournalIsNamed) {
  ASSERT_TRUE(Put("x").ok());
  Overwrite(kJournal, std::string(11, '\0') + "\x01", "Xx");
  Open();
  const absl::Status status = storage_->ForEachChangeAfter(shoes_, 0, [](const JournalEntry&) { return true; });
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("journal of collection \"shoes\""));
}

TEST_F(StorageTest, ADamagedSequenceNumberIsNotTakenForNone) {
  Overwrite(kDefault, "sequence/0", "odd");
  Open();
  const absl::Status status = storage_->LoadCollections().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("collection \"shoes\""));
}

TEST_F(StorageTest, ADirectoryOfFormat1IsTakenOver) {
  ASSERT_TRUE(Put("x", 7).ok());
  WithDatabase({"default", "items", "embeddings", "journal"}, [](rocksdb::DB& db, const auto& handles) {
    ASSERT_TRUE(db.Put({}, handles[kDefault], "format", "1").ok());
    ASSERT_TRUE(db.Put({}, handles[kDefault], "collection/shoes",
                       R"({"dimension":4,"model_id":"model-a","name":"shoes","number":0})")
                    .ok());
    ASSERT_TRUE(db.DropColumnFamily(handles[kJournal]).ok());
  });
  Open();
  Reopen();
  const auto collections = storage_->LoadCollections();
  ASSERT_TRUE(collections.ok()) << collections.status();
  ASSERT_EQ(collections->size(), 1u);
  EXPECT_EQ(collections->front().sequence, 1u);
  EXPECT_FALSE(collections->front().spec.centered);
  EXPECT_THAT(Items(), ElementsAre("x=7@1"));
  EXPECT_THAT(ChangesAfter(0), IsEmpty());
  ASSERT_TRUE(Put("y").ok());
  EXPECT_THAT(ChangesAfter(0), ElementsAre("+y@2"));
}

TEST_F(StorageTest, AFormatOfALaterVersionIsRefusedWithTheWayOut) {
  Overwrite(kDefault, "format", "3");
  const absl::Status status = Storage::Open(directory_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("has format 3"), HasSubstr("reads formats 1 and 2"),
                                                   HasSubstr(directory_), HasSubstr("restore a backup")));
}

}  // namespace
}  // namespace lookalike
