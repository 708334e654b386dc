// SPDX-License-Identifier: Apache-2.0
// Pages over a real index, whose graph answers the first pages and whose scan answers later ones: both must give an
// item the same score, or it would be on two pages.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/catalog/catalog.h"
#include "libs/query/product_search.h"
#include "tests/unit/libs/ann/clustered_vectors.h"
#include "tests/unit/libs/query/fakes.h"
#include "tests/unit/temporary_folder.h"

namespace lookalike {
namespace {

constexpr size_t kDimension = 16;
constexpr size_t kItems = 4'000;

class PagesOfCatalogTest : public testing::TestWithParam<bool> {
 protected:
  PagesOfCatalogTest() {
    Catalog::Options options;
    options.data_directory = folder_.File("data");
    options.collection.index.exact_threshold = 100;
    options.collection.index.ef_search = 40;
    catalog_ = Catalog::Open(options).value();
    EXPECT_TRUE(catalog_->CreateCollection({"shop", kDimension, "", GetParam()}, absl::InfiniteFuture()).ok());
    std::vector<Item> items(kItems);
    for (size_t i = 0; i < kItems; ++i) {
      items[i].id = std::to_string(i);
      // Some products have several items with the same picture.
      items[i].images.emplace_back().embedding = i % 10 == 1 ? items[i - 1].images.front().embedding : vectors_.Draw();
    }
    EXPECT_TRUE(catalog_->Upsert("shop", "", std::move(items), absl::InfiniteFuture()).ok());
  }

  CollectionInfo Info() { return catalog_->GetCollection("shop", absl::InfiniteFuture()).value(); }
  // The background fits the mean and links the graph.
  void AwaitRest() {
    while (Info().backlog > 0 || (GetParam() && Info().mean_items == 0)) absl::SleepFor(absl::Milliseconds(5));
  }

  const TemporaryFolder folder_;
  std::unique_ptr<Catalog> catalog_;
  FakeEncoder encoder_;
  ClusteredVectors vectors_{kDimension, 3};
};

TEST_P(PagesOfCatalogTest, GiveNoItemTwiceAndHardlyMissOne) {
  AwaitRest();
  const ProductSearch search(&encoder_, catalog_.get());
  ProductQuery query;
  query.parts = {{.target = vectors_.Draw()}, {.target = vectors_.Draw(), .weight = -0.25f}};
  query.k = 25;
  std::set<std::string> seen;
  RankPosition last{2, ""};
  for (int page = 0; page < 40; ++page) {
    const auto results = search.Search(Info(), query, absl::InfiniteFuture());
    ASSERT_TRUE(results.ok()) << results.status();
    ASSERT_EQ(results->items.size(), query.k);
    for (const ProductResult& result : results->items) {
      EXPECT_TRUE(seen.insert(result.found.item.id).second) << result.found.item.id << " is there twice";
      EXPECT_TRUE(last.IsBefore(result.score, result.found.item.id)) << "out of order";
      last = {result.score, result.found.item.id};
    }
    query.page = results->next_page;
  }
  query.page.reset();
  query.k = seen.size();  // so many that the index compares with all
  const auto exact = search.Search(Info(), query, absl::InfiniteFuture());
  size_t missed = 0;
  for (const ProductResult& result : exact->items) missed += seen.contains(result.found.item.id) ? 0 : 1;
  EXPECT_LE(missed, seen.size() / 50);
}

INSTANTIATE_TEST_SUITE_P(PlainAndCentered, PagesOfCatalogTest, testing::Bool());

}  // namespace
}  // namespace lookalike
