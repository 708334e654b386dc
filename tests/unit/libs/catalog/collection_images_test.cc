// SPDX-License-Identifier: Apache-2.0
// Items of several images: each item is found once, by its best.
#include <cmath>

#include "tests/unit/libs/catalog/checked_collection.h"

namespace lookalike {
namespace {

using testing::IsEmpty;

class CollectionImagesTest : public testing::Test {
 protected:
  // An item whose images stand at these angles, in degrees, in the plane of the first two values.
  static Item At(const std::string& id, const std::vector<double>& degrees) {
    Item item;
    item.id = id;
    for (const double angle : degrees) item.images.push_back({.embedding = Towards(angle)});
    return item;
  }
  static Embedding Towards(double degrees) {
    Embedding embedding(RandomItems::kDimension);
    embedding[0] = static_cast<float>(std::cos(degrees * M_PI / 180));
    embedding[1] = static_cast<float>(std::sin(degrees * M_PI / 180));
    return embedding;
  }

  // "id:image", the best first.
  std::vector<std::string> Find(double degrees, size_t k = 10) {
    std::vector<std::string> found;
    for (const ScoredItem& one : shoes_.Search({.embedding = Towards(degrees), .k = k})) {
      found.push_back(one.item.id + ":" + std::to_string(one.image));
    }
    return found;
  }

  RandomItems random_{1, kMaxItemImages};
  CheckedCollection shoes_;
};

TEST_F(CollectionImagesTest, AnItemIsFoundOnceByItsBestImage) {
  shoes_.Put({At("boot", {0, 20, 40}), At("shoe", {10, 170})});
  EXPECT_THAT(Find(0), testing::ElementsAre("boot:0", "shoe:0"));
  EXPECT_THAT(Find(38), testing::ElementsAre("boot:2", "shoe:0"));
  EXPECT_THAT(Find(180), testing::ElementsAre("shoe:1", "boot:2"));
}

TEST_F(CollectionImagesTest, OfEqualImagesTheFirstIsNamed) {
  shoes_.Put({At("other", {90})});
  shoes_.Put({At("boot", {90, 0, 0, 0})});
  EXPECT_THAT(Find(0), testing::ElementsAre("boot:1", "other:0"));
}

TEST_F(CollectionImagesTest, ManyImagesOfOneItemLeaveRoomForOthers) {
  shoes_.Put({At("crowd", std::vector<double>(kMaxItemImages, 0)), At("second", {30}), At("third", {60})});
  EXPECT_THAT(Find(0, 2), testing::ElementsAre("crowd:0", "second:0"));
  EXPECT_THAT(Find(0, 3), testing::ElementsAre("crowd:0", "second:0", "third:0"));
}

TEST_F(CollectionImagesTest, ReplacingAnItemReplacesAllItsImages) {
  shoes_.Put({At("boot", {0, 20, 40}), At("shoe", {90})});
  shoes_.Put({At("boot", {45})});
  EXPECT_EQ(shoes_.Info().images, 2u);
  EXPECT_THAT(Find(0), testing::ElementsAre("boot:0", "shoe:0"));
  shoes_.Put({At("boot", {1, 2, 3, 4})});
  EXPECT_EQ(shoes_.Info().images, 5u);
  shoes_.Remove({"boot"});
  EXPECT_THAT(Find(0), testing::ElementsAre("shoe:0"));
  shoes_.ExpectHealthy();
}

TEST_F(CollectionImagesTest, AFullAnswerIsFoundInAGraphToo) {
  shoes_.Put(random_.Draw(0, 300));
  for (const size_t k : {1, 7, 60, 250}) {
    EXPECT_EQ(shoes_.Search({.embedding = random_.Vector(), .k = k}).size(), k);
    shoes_.Search({.embedding = random_.Vector(), .k = k, .filter = random_.Filter()});
    shoes_.Search({.embedding = random_.Vector(), .k = k, .min_score = 0.5f});
  }
}

TEST_F(CollectionImagesTest, RebuildsSnapshotsAndRestartsKeepThemAll) {
  shoes_.Put(random_.Draw(0, 200));
  shoes_.Rebuild();
  shoes_.Put(random_.Draw(100, 150));
  shoes_.ExpectAgrees();
  shoes_.SaveSnapshot();
  shoes_.Remove({"1", "120"});
  shoes_.Put(random_.Draw(0, 20));
  shoes_.Kill();
  EXPECT_GT(shoes_.Info().snapshot_sequence, 0u);
  shoes_.ExpectAgrees();
  shoes_.ExpectHealthy();
  EXPECT_THAT(shoes_.Lost(), IsEmpty());
}

TEST_F(CollectionImagesTest, OneToSixteenAreAllowed) {
  Item none = At("none", {});
  Item many = At("many", std::vector<double>(kMaxItemImages + 1, 0));
  Item wrong = At("wrong", {0, 10});
  wrong.images[1].embedding.pop_back();
  const auto written = shoes_.collection().Upsert("", {none, many, wrong}, absl::InfiniteFuture());
  ASSERT_TRUE(written.ok());
  EXPECT_THAT(std::string(written->items[0].message()), testing::HasSubstr("images: must be 1 to 16, got 0"));
  EXPECT_THAT(std::string(written->items[1].message()), testing::HasSubstr("images: must be 1 to 16, got 17"));
  EXPECT_THAT(std::string(written->items[2].message()), testing::HasSubstr("images[1].embedding: has 15 values"));
}

}  // namespace
}  // namespace lookalike
