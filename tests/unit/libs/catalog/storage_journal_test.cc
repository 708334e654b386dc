// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "tests/unit/libs/catalog/storage_fixture.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using StorageJournalTest = StorageFixture;

TEST_F(StorageJournalTest, EveryChangeIsInItInOrder) {
  ASSERT_TRUE(Put("b").ok());
  ASSERT_TRUE(Put("a").ok());
  ASSERT_TRUE(Remove("b").ok());
  ASSERT_TRUE(Put("a").ok());
  EXPECT_THAT(ChangesAfter(0), ElementsAre("+b@1", "+a@2", "-b@3", "+a@4"));
}

TEST_F(StorageJournalTest, BeginsAfterTheSequenceNumberAskedFor) {
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(Put(id).ok());
  EXPECT_THAT(ChangesAfter(1), ElementsAre("+b@2", "+c@3"));
  EXPECT_THAT(ChangesAfter(3), IsEmpty());
  EXPECT_THAT(ChangesAfter(std::numeric_limits<uint64_t>::max()), IsEmpty());
}

TEST_F(StorageJournalTest, IsOrderedByNumberAlsoWhereItsDigitsGrow) {
  shoes_.sequence = 254;
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(Put(id).ok());
  EXPECT_THAT(ChangesAfter(0), ElementsAre("+a@255", "+b@256", "+c@257"));
  EXPECT_THAT(ChangesAfter(255), ElementsAre("+b@256", "+c@257"));
}

TEST_F(StorageJournalTest, AWholeWriteIsInIt) {
  const Item first = [] {
    Item item = MakeItem("first");
    item.sequence = 1;
    return item;
  }();
  shoes_.sequence = 2;
  const std::vector<Storage::Change> changes = {&first, Storage::Deletion{"second", 2}};
  ASSERT_TRUE(storage_->Write(shoes_, changes, false).ok());
  EXPECT_THAT(ChangesAfter(0), ElementsAre("+first@1", "-second@2"));
}

TEST_F(StorageJournalTest, AVisitorCanStopIt) {
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(Put(id).ok());
  int visits = 0;
  ASSERT_TRUE(storage_->ForEachChangeAfter(shoes_, 0, [&visits](const JournalEntry&) { return ++visits < 2; }).ok());
  EXPECT_EQ(visits, 2);
}

TEST_F(StorageJournalTest, TrimmingRemovesWhatASnapshotCovers) {
  for (const char* id : {"a", "b", "c", "d"}) ASSERT_TRUE(Put(id).ok());
  ASSERT_TRUE(storage_->TrimJournal(shoes_, 2).ok());
  EXPECT_THAT(ChangesAfter(0), ElementsAre("+c@3", "+d@4"));
  ASSERT_TRUE(storage_->TrimJournal(shoes_, 0).ok());
  EXPECT_THAT(ChangesAfter(0), ElementsAre("+c@3", "+d@4"));
  ASSERT_TRUE(storage_->TrimJournal(shoes_, std::numeric_limits<uint64_t>::max()).ok());
  EXPECT_THAT(ChangesAfter(0), IsEmpty());
  EXPECT_THAT(Items(), ElementsAre("a=1@1", "b=1@2", "c=1@3", "d=1@4"));
}

TEST_F(StorageJournalTest, IsEachCollectionsOwn) {
  StoredCollection hats = storage_->CreateCollection({"hats", 4, ""}).value();
  ASSERT_TRUE(Put("shoe").ok());
  ASSERT_TRUE(PutInto(hats, MakeItem("hat")).ok());
  EXPECT_THAT(ChangesAfter(shoes_, 0), ElementsAre("+shoe@1"));
  ASSERT_TRUE(storage_->TrimJournal(shoes_, 99).ok());
  EXPECT_THAT(ChangesAfter(hats, 0), ElementsAre("+hat@1"));
}

TEST_F(StorageJournalTest, SurvivesARestart) {
  ASSERT_TRUE(Put("a").ok());
  ASSERT_TRUE(Remove("a").ok());
  Reopen();
  EXPECT_THAT(ChangesAfter(0), ElementsAre("+a@1", "-a@2"));
}

TEST_F(StorageJournalTest, GoesWithItsCollection) {
  ASSERT_TRUE(Put("a").ok());
  ASSERT_TRUE(storage_->DeleteCollection(shoes_).ok());
  EXPECT_THAT(ChangesAfter(0), IsEmpty());
}

}  // namespace
}  // namespace lookalike
