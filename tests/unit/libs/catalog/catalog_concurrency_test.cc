// SPDX-License-Identifier: Apache-2.0
// Many threads at once; ThreadSanitizer watches (scripts/test-sanitizers).
#include <atomic>
#include <thread>

#include "tests/unit/libs/catalog/catalog_fixture.h"

namespace lookalike {
namespace {

class CatalogConcurrencyTest : public CatalogFixture {
 protected:
  // Runs the functions side by side until each has returned.
  template <class... Functions>
  static void Together(Functions... functions) {
    std::thread threads[] = {std::thread(functions)...};
    for (std::thread& thread : threads) thread.join();
  }
};

TEST_F(CatalogConcurrencyTest, WritersOfDifferentItemsAllArrive) {
  constexpr int kEach = 50;
  const auto writer = [this](const std::string& name) {
    for (int i = 0; i < kEach; ++i) {
      EXPECT_TRUE(Put(MakeItem(name + std::to_string(i), {1, static_cast<float>(i), 0, 0})).ok());
    }
  };
  Together([&] { writer("a"); }, [&] { writer("b"); }, [&] { writer("c"); }, [&] { writer("d"); });
  EXPECT_EQ(Info().items, 4u * kEach);
  EXPECT_EQ(Info().sequence, 4u * kEach);
  EXPECT_EQ(ListAll(33).size(), 4u * kEach);
}

TEST_F(CatalogConcurrencyTest, MemoryAndDiskAgreeOnWhoWroteLast) {
  const auto writer = [this](float direction) {
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(Put(MakeItem("contested", {1, direction, 0, 0})).ok());
  };
  Together([&] { writer(1); }, [&] { writer(2); }, [&] { writer(3); });
  const Embedding on_disk = GetItem("contested")->images[0].embedding;
  EXPECT_NEAR(Search(on_disk, 1)->front().score, 1, 1e-4);  // the precision of codes at 4 dimensions
  EXPECT_EQ(Info().items, 1u);
}

TEST_F(CatalogConcurrencyTest, SearchesBesideWritesNeverShowADeletedItemOrTooFew) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Put(MakeItem("fixed" + std::to_string(i), {1, 0, 0, 0})).ok());
  std::atomic<bool> done = false;
  const auto churn = [&] {
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(Put(MakeItem("moving", {0, 1, 0, 0})).ok());
      ASSERT_TRUE(Remove("moving").ok());
      for (const std::string& id : Find({0, 1, 0, 0}, 10)) EXPECT_NE(id, "moving");
    }
    done = true;
  };
  const auto search = [&] {
    while (!done) EXPECT_EQ(Find({1, 0, 0, 0}, 5).size(), 5u);
  };
  Together(churn, search, search);
}

TEST_F(CatalogConcurrencyTest, ACollectionDeletedBesideWritesLeavesNothingBehind) {
  const auto writer = [this](const std::string& name) {
    for (int i = 0; i < 50; ++i) {
      const absl::Status status = Put(MakeItem(name + std::to_string(i), {1, 0, 0, 0}));
      EXPECT_TRUE(status.ok() || absl::IsNotFound(status)) << status;
    }
  };
  Together([&] { writer("a"); }, [&] { writer("b"); },
           [&] { EXPECT_TRUE(catalog_->DeleteCollection(kShoes, absl::InfiniteFuture()).ok()); });
  ASSERT_TRUE(catalog_->CreateCollection({kShoes, kDimension, kModel}, absl::InfiniteFuture()).ok());
  Reopen();
  EXPECT_EQ(Info().items, 0u);
}

}  // namespace
}  // namespace lookalike
