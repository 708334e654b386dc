// SPDX-License-Identifier: Apache-2.0
// Whatever is done to a collection, in whatever order, it answers as one that reads all its items.
#include "tests/unit/libs/catalog/checked_collection.h"

namespace lookalike {
namespace {

class CollectionPropertyTest : public testing::TestWithParam<unsigned> {
 protected:
  // Ids that come again and again: most writes replace.
  static constexpr size_t kIds = 900;

  std::vector<std::string> SomeIds(size_t most) {
    std::vector<std::string> ids;
    for (size_t count = 1 + random_.Below(most); count > 0; --count) ids.push_back(std::to_string(random_.Below(kIds)));
    return ids;
  }

  void PutSome(size_t most) {
    std::vector<Item> items;
    for (const std::string& id : SomeIds(most)) items.push_back(random_.Draw(id));
    if (random_.Below(4) == 0) items.push_back(random_.Draw(items.front().id));  // in one write twice
    shoes_.Put(std::move(items));
  }

  void SearchSome() {
    for (int i = 0; i < 4; ++i) {
      CheckedQuery query{.embedding = random_.Vector(), .k = std::vector<size_t>{1, 5, 10, 60, 1000}[random_.Below(5)]};
      if (random_.Below(2) == 1) query.filter = random_.Filter();
      if (random_.Below(3) == 0) query.min_score = static_cast<float>(random_.Below(10)) / 10 - 0.2f;
      shoes_.Search(query);
    }
  }

  void Write() {
    const size_t choice = random_.Below(10);
    if (choice < 5) return PutSome(40);
    if (choice < 7) return PutSome(1);
    shoes_.Remove(SomeIds(20));
  }

  void Upset() {
    switch (random_.Below(6)) {
      case 0:
        return shoes_.Rebuild();
      case 1:
        return shoes_.SaveSnapshot();
      case 2:
        return shoes_.Maintain();
      case 3:
        return shoes_.Reopen();
      case 4:
        return shoes_.Kill();
      default:
        return shoes_.ExpectHealthy();
    }
  }

  RandomItems random_{GetParam(), /*most_images=*/4};
  CheckedCollection shoes_;
};

TEST_P(CollectionPropertyTest, AnswersAsOneThatReadsAllItsItems) {
  shoes_.Put(random_.Draw(0, 500));
  for (int step = 0; step < 150 && !HasFailure(); ++step) {
    SCOPED_TRACE(step);
    Write();
    SearchSome();
    if (step % 10 == 9) Upset();
    if (step % 25 == 24) shoes_.ExpectAgrees();
  }
  shoes_.ExpectAgrees();
  EXPECT_GE(shoes_.recall(), 0.9);
}

INSTANTIATE_TEST_SUITE_P(Seeds, CollectionPropertyTest, testing::Range(1u, 6u));

}  // namespace
}  // namespace lookalike
