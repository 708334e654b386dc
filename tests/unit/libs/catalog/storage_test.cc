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

const std::vector<std::string> kFamilies = {"default", "items", "embeddings", "journal", "deletions", "thumbnails"};

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
    WithDatabase(kFamilies, [&](rocksdb::DB& db, const auto& handles) {
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
  WithDatabase(kFamilies, [](rocksdb::DB& db, const auto& handles) {
    ASSERT_TRUE(db.Put({}, handles[kDefault], "format", "1").ok());
    ASSERT_TRUE(db.Put({}, handles[kDefault], "collection/shoes",
                       R"({"dimension":4,"model_id":"model-a","name":"shoes","number":0})")
                    .ok());
    for (size_t family = kJournal; family < handles.size(); ++family) {
      ASSERT_TRUE(db.DropColumnFamily(handles[family]).ok());
    }
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

// {"attributes": {}, "image_digest": "abc", "sequence": 1} is what format 2 kept of an item.
TEST_F(StorageTest, ADirectoryOfFormat2IsTakenOver) {
  ASSERT_TRUE(Put("x", 7).ok());
  WithDatabase(kFamilies, [](rocksdb::DB& db, const auto& handles) {
    ASSERT_TRUE(db.Put({}, handles[kDefault], "format", "2").ok());
    const std::string record =
        std::string("\xa3\x6a") + "attributes\xa0\x6c" + "image_digest\x63" + "abc\x68" + "sequence\x01";
    ASSERT_TRUE(db.Put({}, handles[kItems], kKeyOfX, record).ok());
    for (size_t family = kJournal + 1; family < handles.size(); ++family) {
      ASSERT_TRUE(db.DropColumnFamily(handles[family]).ok());
    }
  });
  Open();
  Reopen();
  EXPECT_THAT(Items(), ElementsAre("x=7@1"));
  EXPECT_THAT(ChangesAfter(0), ElementsAre("+x@1"));
  const Item item = *storage_->Read(shoes_, std::vector<std::string>{"x"}, false)->front();
  EXPECT_EQ(item.images[0].digest, "abc");
  EXPECT_EQ(item.images[0].sequence, 1u);
  EXPECT_FALSE(storage_->ReadDeletion(shoes_, "x")->has_value());
}

TEST_F(StorageTest, ForgetsOldDeletionsAlone) {
  const absl::Time old = absl::FromUnixSeconds(1000), young = absl::FromUnixSeconds(2000);
  const std::vector<Storage::Change> changes = {Storage::Deletion{"old", 1, 5, old},
                                                Storage::Deletion{"young", 2, 6, young}};
  ASSERT_TRUE(storage_->Write(shoes_, changes, false).ok());
  ASSERT_EQ(storage_->ForgetDeletions(shoes_, absl::FromUnixSeconds(1500)), absl::OkStatus());
  EXPECT_FALSE(storage_->ReadDeletion(shoes_, "old")->has_value());
  const auto kept = storage_->ReadDeletion(shoes_, "young").value();
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(kept->version, 6u);
  EXPECT_EQ(kept->time, young);
}

TEST_F(StorageTest, AFormatOfALaterVersionIsRefusedWithTheWayOut) {
  Overwrite(kDefault, "format", "4");
  const absl::Status status = Storage::Open(directory_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("has format 4"), HasSubstr("reads formats 1 to 3"),
                                                   HasSubstr(directory_), HasSubstr("restore a backup")));
}

}  // namespace
}  // namespace lookalike
