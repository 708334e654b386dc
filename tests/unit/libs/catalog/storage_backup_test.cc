// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <fstream>

#include "tests/unit/libs/catalog/storage_fixture.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class StorageBackupTest : public StorageFixture {
 protected:
  std::string Backup() {
    std::string bytes;
    EXPECT_EQ(storage_->Backup([&bytes](absl::string_view piece) {
      EXPECT_LE(piece.size(), size_t{1} << 20);
      bytes.append(piece.data(), piece.size());
      return absl::OkStatus();
    }),
              absl::OkStatus());
    return bytes;
  }

  static std::unique_ptr<BlockReader> ReaderOf(const std::string& bytes) {
    return BlockReader::FromSource(
        [bytes, given = size_t{0}](std::span<char> wanted) mutable -> absl::StatusOr<size_t> {
          const size_t count = std::min(wanted.size(), bytes.size() - given);
          std::memcpy(wanted.data(), bytes.data() + given, count);
          given += count;
          return count;
        },
        "the backup");
  }

  absl::Status Restore(const std::string& bytes) { return Storage::Restore(restored_, *ReaderOf(bytes)); }
  static absl::Status Check(const std::string& bytes) { return Storage::CheckBackup(*ReaderOf(bytes)); }

  // From now on the store is the restored one.
  void OpenRestored() {
    storage_.reset();
    directory_ = restored_;
    Open();
  }

  const std::string restored_ = folder_.File("restored");
};

TEST_F(StorageBackupTest, EverythingIsBack) {
  shoes_.schema = {{"first", AttributeType::kNumber}};
  ASSERT_TRUE(storage_->Write(shoes_, {}, /*new_schema=*/true).ok());
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(Put(id, 7).ok());
  ASSERT_TRUE(Remove("b").ok());
  ASSERT_TRUE(storage_->WriteMean(shoes_, {{1, 2, 3, 4}, 3}).ok());
  const StoredCollection gone = storage_->CreateCollection({"gone", 4, ""}).value();
  ASSERT_TRUE(storage_->DeleteCollection(gone).ok());
  ASSERT_EQ(Restore(Backup()), absl::OkStatus());
  OpenRestored();
  const std::vector<StoredCollection> collections = storage_->LoadCollections().value();
  ASSERT_EQ(collections.size(), 1u);
  EXPECT_EQ(collections[0].spec.name, "shoes");
  EXPECT_EQ(collections[0].spec.model_id, "model-a");
  EXPECT_EQ(collections[0].sequence, 4u);
  EXPECT_EQ(collections[0].schema, shoes_.schema);
  EXPECT_THAT(Items(), ElementsAre("a=7@1", "c=7@3"));
  EXPECT_THAT(storage_->ReadMean(shoes_).value()->mean, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(ChangesAfter(0), IsEmpty());
  // A number that was given once is not given again.
  EXPECT_GT(storage_->CreateCollection({"next", 4, ""})->number, gone.number);
}

TEST_F(StorageBackupTest, ARestoredStoreIsAnother) {
  const std::string identity = storage_->Identity().value();
  EXPECT_FALSE(identity.empty());
  Reopen();
  EXPECT_EQ(storage_->Identity().value(), identity);
  ASSERT_EQ(Restore(Backup()), absl::OkStatus());
  OpenRestored();
  EXPECT_NE(storage_->Identity().value(), identity);
}

TEST_F(StorageBackupTest, AnEmptyStoreIsRestoredToo) {
  ASSERT_TRUE(storage_->DeleteCollection(shoes_).ok());
  ASSERT_EQ(Restore(Backup()), absl::OkStatus());
  OpenRestored();
  EXPECT_THAT(storage_->LoadCollections().value(), IsEmpty());
}

TEST_F(StorageBackupTest, ItIsOfTheMomentItBegan) {
  ASSERT_TRUE(Put("before").ok());
  std::string bytes;
  ASSERT_TRUE(storage_
                  ->Backup([&](absl::string_view piece) {
                    bytes.append(piece.data(), piece.size());
                    return Put("during").ok() && Remove("before").ok() ? absl::OkStatus() : absl::InternalError("");
                  })
                  .ok());
  ASSERT_EQ(Restore(bytes), absl::OkStatus());
  OpenRestored();
  EXPECT_THAT(Items(), ElementsAre("before=1@1"));
}

TEST_F(StorageBackupTest, ALargeOneComesInManyPieces) {
  StoredCollection large = storage_->CreateCollection({"large", 4096, ""}).value();
  for (int i = 0; i < 200; ++i) {
    Item item = MakeItem("item-" + std::to_string(i), static_cast<float>(i));
    item.images[0].embedding.resize(4096);
    ASSERT_TRUE(PutInto(large, item).ok());
  }
  const std::string bytes = Backup();
  EXPECT_GT(bytes.size(), 3u << 20);
  ASSERT_EQ(Restore(bytes), absl::OkStatus());
  OpenRestored();
  EXPECT_EQ(ItemsOf(large).size(), 200u);
}

TEST_F(StorageBackupTest, AnErrorOfTheSinkEndsIt) {
  EXPECT_EQ(storage_->Backup([](absl::string_view) { return absl::CancelledError("enough"); }).code(),
            absl::StatusCode::kCancelled);
}

TEST_F(StorageBackupTest, ADamagedOneLeavesNothing) {
  ASSERT_TRUE(Put("a").ok());
  const std::string bytes = Backup();
  ASSERT_EQ(Check(bytes), absl::OkStatus());
  for (size_t i = 0; i < bytes.size(); i += 7) {
    std::string damaged = bytes;
    damaged[i] ^= 0x10;
    EXPECT_EQ(Check(damaged).code(), absl::StatusCode::kDataLoss) << i;
  }
  EXPECT_EQ(Restore(bytes.substr(0, bytes.size() - 1)).code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(std::filesystem::is_empty(restored_));
  EXPECT_EQ(Restore(bytes), absl::OkStatus());
}

TEST_F(StorageBackupTest, AStreamThatIsNoBackupIsRefused) {
  std::string bytes;
  BlockWriter writer([&bytes](absl::string_view piece) {
    bytes.append(piece.data(), piece.size());
    return absl::OkStatus();
  });
  ASSERT_TRUE(writer.Write(1, "something else").ok() && writer.Finish().ok());
  EXPECT_EQ(Check(bytes).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Restore(bytes).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(StorageBackupTest, AStoreIsNotOverwritten) {
  ASSERT_TRUE(Put("a").ok());
  const std::string bytes = Backup();
  const absl::Status status = Storage::Restore(directory_, *ReaderOf(bytes));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("has a store already"));
  Reopen();
  EXPECT_THAT(Items(), ElementsAre("a=1@1"));
}

TEST_F(StorageBackupTest, ARestoreThatACrashLeftIsNotTakenForAnEmptyStore) {
  std::filesystem::create_directories(restored_ + "/store.restoring");
  const absl::Status status = Storage::Open(restored_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("restore"));
  ASSERT_EQ(Restore(Backup()), absl::OkStatus());
  EXPECT_TRUE(Storage::Open(restored_).ok());
}

}  // namespace
}  // namespace lookalike
