// SPDX-License-Identifier: Apache-2.0
// Files of a data directory that do not belong together: what people and crashes leave.
#include <filesystem>

#include "tests/unit/libs/catalog/catalog_fixture.h"
#include "tests/unit/libs/catalog/data_files.h"

namespace lookalike {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class CatalogRestoreTest : public CatalogFixture {
 protected:
  fs::path Store() const { return directory_ / "store"; }
  fs::path Snapshots() const { return directory_ / "snapshots"; }

  // Runs while no catalog has the directory open.
  template <class Change>
  void ChangeFiles(const Change& change) {
    catalog_.reset();
    change();
    Open();
  }
  // As after kill -9: what the catalog saves when it ends is not there.
  void Kill() {
    const fs::path copy = directory_.string() + ".copy";
    CopyOfOpenStore(directory_, copy);
    ChangeFiles([&] {
      fs::remove_all(directory_);
      fs::rename(copy, directory_);
    });
  }
  void CopyStore(const fs::path& to) {
    ChangeFiles([&] { fs::copy(Store(), to, fs::copy_options::recursive); });
  }
  void PutBackStore(const fs::path& from) {
    ChangeFiles([&] {
      fs::remove_all(Store());
      fs::rename(from, Store());
    });
  }
  std::vector<std::string> FilesOfSnapshots() const {
    std::vector<std::string> names;
    for (const auto& file : fs::directory_iterator(Snapshots())) names.push_back(file.path().filename().string());
    return names;
  }
};

TEST_F(CatalogRestoreTest, LeftoversGoAndWhatIsNotOursStays) {
  ASSERT_TRUE(catalog_->CreateCollection({"bags", kDimension, kModel}, absl::InfiniteFuture()).ok());
  ASSERT_TRUE(Put(MakeItem("x", {1, 0, 0, 0})).ok());
  ChangeFiles([&] {
    for (const char* name : {"0.snapshot.tmp", "1.snapshot.tmp", "77.snapshot", "notes.txt"}) {
      WriteBytes(Snapshots() / name, "left");
    }
  });
  EXPECT_THAT(FilesOfSnapshots(), UnorderedElementsAre("0.snapshot", "notes.txt"));
  EXPECT_THAT(Find({1, 0, 0, 0}, 5), ElementsAre("x"));
}

TEST_F(CatalogRestoreTest, TheSnapshotOfADeletedCollectionGoesWithIt) {
  ASSERT_TRUE(Put(MakeItem("x", {1, 0, 0, 0})).ok());
  Reopen();
  EXPECT_THAT(FilesOfSnapshots(), ElementsAre("0.snapshot"));
  const std::string snapshot = ReadBytes(Snapshots() / "0.snapshot");
  ASSERT_TRUE(catalog_->DeleteCollection(kShoes, absl::InfiniteFuture()).ok());
  EXPECT_THAT(FilesOfSnapshots(), IsEmpty());
  ASSERT_TRUE(catalog_->CreateCollection({kShoes, kDimension, kModel}, absl::InfiniteFuture()).ok());
  ChangeFiles([&] { WriteBytes(Snapshots() / "0.snapshot", snapshot); });
  EXPECT_THAT(FilesOfSnapshots(), IsEmpty());
  EXPECT_EQ(Info().items, 0u);
}

TEST_F(CatalogRestoreTest, AnOlderStoreThatIsPutBackCountsNotTheNewerSnapshot) {
  ASSERT_TRUE(Put(MakeItem("old", {1, 0, 0, 0})).ok());
  CopyStore(directory_ / "older");
  ASSERT_TRUE(Put(MakeItem("undone", {1, 0, 0, 0})).ok());
  ASSERT_TRUE(Remove("old").ok());
  PutBackStore(directory_ / "older");
  EXPECT_THAT(Find({1, 0, 0, 0}, 5), ElementsAre("old"));
  EXPECT_EQ(Info().sequence, 1u);
  EXPECT_EQ(Info().snapshot_sequence, 0u);
}

// The snapshot of the history that was undone covers a sequence number that the new history reaches as well.
TEST_F(CatalogRestoreTest, AnOlderStoreThatHasGoneAnotherWaySinceCountsNotTheNewerSnapshot) {
  ASSERT_TRUE(Put(MakeItem("old", {1, 0, 0, 0})).ok());
  CopyStore(directory_ / "older");
  ASSERT_TRUE(Put(MakeItem("undone", {1, 0, 0, 0})).ok());
  PutBackStore(directory_ / "older");
  for (const char* id : {"new", "newer"}) ASSERT_TRUE(Put(MakeItem(id, {1, 0, 0, 0})).ok());
  Kill();
  EXPECT_THAT(Find({1, 0, 0, 0}, 5), UnorderedElementsAre("old", "new", "newer"));
  EXPECT_EQ(Info().items, 3u);
}

}  // namespace
}  // namespace lookalike
