// SPDX-License-Identifier: Apache-2.0
// Centered collections: similarities after the mean of all embeddings has been subtracted.
#include "tests/unit/libs/catalog/checked_collection.h"

namespace lookalike {
namespace {

using testing::IsEmpty;

class CollectionMeanTest : public testing::Test {
 protected:
  // Embeddings with much in common, as those of an image model have.
  std::vector<Item> Alike(size_t first, size_t count) {
    std::vector<Item> items = random_.Draw(first, count);
    for (Item& item : items) {
      for (float& value : item.images[0].embedding) value = 0.3f * value + 0.25f;
    }
    return items;
  }
  void FitMean() {
    shoes_.Maintain();
    shoes_.expected().FitMean();
    EXPECT_EQ(shoes_.Info().mean_items, shoes_.expected().items().size());
  }
  // Of every item exactly, because there are so few; with and without a filter.
  void ExpectRight() {
    shoes_.ExpectAgrees();
    for (int i = 0; i < 10; ++i) {
      shoes_.Search({.embedding = random_.Vector(), .k = kMaxK, .filter = random_.Filter()});
      shoes_.Search({.embedding = random_.Vector(), .filter = random_.Filter(), .min_score = 0.1f});
    }
  }

  RandomItems random_{1, /*most_images=*/3};
  CheckedCollection shoes_{CheckedCollection::SmallGraph(), /*centered=*/true};
};

TEST_F(CollectionMeanTest, FewItemsAreComparedByPlainCosine) {
  shoes_.Put(Alike(0, 99));
  shoes_.Maintain();
  EXPECT_EQ(shoes_.Info().mean_items, 0u);
  ExpectRight();
}

TEST_F(CollectionMeanTest, FromAHundredItemsOnTheMeanIsSubtracted) {
  shoes_.Put(Alike(0, 100));
  FitMean();
  ExpectRight();
  shoes_.Put(Alike(50, 80));
  shoes_.Remove({"1", "2"});
  ExpectRight();
  EXPECT_EQ(shoes_.Info().mean_items, 100u) << "new items are under the mean that is there";
}

TEST_F(CollectionMeanTest, IsFittedAgainWhenTheItemsHaveDoubledOrHalved) {
  shoes_.Put(Alike(0, 150));
  FitMean();
  shoes_.Put(Alike(150, 149));
  shoes_.Maintain();
  EXPECT_EQ(shoes_.Info().mean_items, 150u);
  shoes_.Put(Alike(299, 1));
  FitMean();
  ExpectRight();
  std::vector<std::string> gone;
  for (int i = 0; i < 150; ++i) gone.push_back(std::to_string(i));
  shoes_.Remove(gone);
  FitMean();
  ExpectRight();
}

TEST_F(CollectionMeanTest, StaysOverARestartWithAndWithoutASnapshot) {
  shoes_.Put(Alike(0, 120));
  FitMean();
  shoes_.Put(Alike(120, 30));
  shoes_.Reopen();
  EXPECT_EQ(shoes_.Info().mean_items, 120u);
  ExpectRight();
  shoes_.SaveSnapshot();
  shoes_.Kill();
  EXPECT_EQ(shoes_.Info().mean_items, 120u);
  EXPECT_EQ(shoes_.Info().snapshot_sequence, shoes_.Info().sequence);
  ExpectRight();
}

TEST_F(CollectionMeanTest, ASnapshotUnderAnotherMeanIsNotUsed) {
  shoes_.Put(Alike(0, 120));
  shoes_.SaveSnapshot();
  FitMean();
  testing::internal::CaptureStderr();
  shoes_.Kill();
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("mean changed"));
  ExpectRight();
}

TEST_F(CollectionMeanTest, ANewMeanIsReasonEnoughForASnapshot) {
  Collection::Options options = CheckedCollection::SmallGraph();
  options.snapshot_interval = absl::ZeroDuration();
  shoes_.Reopen(options);
  shoes_.Put(Alike(0, 100));
  shoes_.SaveSnapshot();
  FitMean();
  shoes_.Kill();
  EXPECT_EQ(shoes_.Info().snapshot_sequence, 100u) << "the one of before cannot be used";
  ExpectRight();
}

TEST_F(CollectionMeanTest, AnItemThatEqualsTheMeanIsFoundByItsOwnEmbedding) {
  std::vector<Item> items = random_.Draw(0, 128);
  for (Item& item : items) item.images[0].embedding = Embedding(RandomItems::kDimension, 1);
  shoes_.Put(items);
  FitMean();
  const std::vector<ScoredItem> found = shoes_.Search({.embedding = Embedding(16, 0.25f), .k = 200});
  ASSERT_EQ(found.size(), 128u);
  EXPECT_NEAR(found.front().score, 1, 1e-5);
  shoes_.Put({random_.Draw("other")});
  ExpectRight();
}

TEST_F(CollectionMeanTest, TooFewItemsForAMeanCanBeRebuiltAndOpenedAgain) {
  shoes_.Put(Alike(0, 20));
  shoes_.Rebuild();
  ExpectRight();
  shoes_.Reopen();
  EXPECT_EQ(shoes_.Info().mean_items, 0u);
  ExpectRight();
}

TEST_F(CollectionMeanTest, AMeanStaysWhenTheItemsHaveBecomeTooFew) {
  shoes_.Put(Alike(0, 120));
  FitMean();
  std::vector<std::string> gone;
  for (int i = 0; i < 110; ++i) gone.push_back(std::to_string(i));
  shoes_.Remove(gone);
  shoes_.Rebuild();
  EXPECT_EQ(shoes_.Info().mean_items, 120u);
  ExpectRight();
  shoes_.Reopen();
  ExpectRight();
  EXPECT_THAT(shoes_.Lost(), IsEmpty());
}

TEST_F(CollectionMeanTest, IsSubtractedInTheGraphToo) {
  shoes_.Put(Alike(0, 1200));
  FitMean();
  shoes_.WaitForLinking();
  for (int i = 0; i < 100; ++i) shoes_.Search({.embedding = random_.Vector()});
  EXPECT_GE(shoes_.recall(), 0.9);
  EXPECT_THAT(shoes_.Lost(), IsEmpty());
}

}  // namespace
}  // namespace lookalike
