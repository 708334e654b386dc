// SPDX-License-Identifier: Apache-2.0
// Pages of results, one after another, while the collection changes.
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/query/product_search.h"
#include "tests/unit/libs/query/fakes.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

using Ids = std::vector<std::string>;

class ProductPagesTest : public testing::Test {
 protected:
  ProductPagesTest() {
    store_.info.schema = {{"color", AttributeType::kString}, {"margin", AttributeType::kNumber}};
    query_.parts.push_back({.target = Embedding{1, 0}});
    query_.k = 3;
  }

  void Keep(const std::string& id, float similarity, double margin = 0) {
    Item& item = store_.items[id];
    item.id = id;
    item.attributes = {{"margin", margin}, {"color", id.substr(0, 1)}};
    item.images = {{.embedding = {similarity, std::sqrt(1 - similarity * similarity)}}};
    item.sequence = ++store_.info.sequence;
  }
  // Many of them equally similar.
  void KeepMany(int count) {
    for (int i = 0; i < count; ++i)
      Keep(std::to_string(1000 + i), 0.05f * static_cast<float>(random_() % 12), Margin());
  }
  double Margin() { return static_cast<double>(random_() % 5) / 4; }

  // The next page; the query goes on from it.
  absl::StatusOr<Ids> Page() {
    const auto results = search_.Search(store_.info, query_, absl::InfiniteFuture());
    if (!results.ok()) return results.status();
    Ids ids;
    for (const ProductResult& result : results->items) ids.push_back(result.found.item.id);
    query_.page = results->next_page;
    return ids;
  }
  // From where the query stands to the end.
  Ids AllPages() {
    Ids ids;
    do {
      const Ids page = Page().value();
      EXPECT_LE(page.size(), query_.k);
      ids.insert(ids.end(), page.begin(), page.end());
    } while (query_.page);
    return ids;
  }
  Ids InOnePage() {
    ProductQuery query = query_;
    query.k = kMaxDiversifiedPool;
    Ids ids;
    const ProductResults results = search_.Search(store_.info, query, absl::InfiniteFuture()).value();
    for (const ProductResult& result : results.items) ids.push_back(result.found.item.id);
    return ids;
  }

  std::mt19937 random_{5};
  FakeEncoder encoder_;
  FakeStore store_;
  ProductSearch search_{&encoder_, &store_};
  ProductQuery query_;
};

TEST_F(ProductPagesTest, TogetherAreTheWholeResult) {
  KeepMany(50);
  const Ids whole = InOnePage();
  ASSERT_THAT(whole, SizeIs(50));
  EXPECT_EQ(AllPages(), whole);
}

TEST_F(ProductPagesTest, TheLastPageSaysSo) {
  for (int i = 0; i < 3; ++i) Keep(std::to_string(i), 0.1f * static_cast<float>(i));
  EXPECT_THAT(Page().value(), SizeIs(3));
  EXPECT_FALSE(query_.page.has_value());
}

TEST_F(ProductPagesTest, OfAProfileGoThroughItsCandidates) {
  KeepMany(50);
  query_.ranking.signals.push_back({.attribute = "margin", .weight = 0.5, .scale = LinearScale{0, 1}});
  query_.ranking.oversample = 4;
  const Ids paged = AllPages();
  EXPECT_THAT(paged, SizeIs(12)) << "4 × 3 candidates";
  query_.k = 12;
  query_.ranking.oversample = 1;
  query_.page.reset();
  EXPECT_EQ(Page().value(), paged);
}

TEST_F(ProductPagesTest, WithGroupsAndDiversityTogetherAreTheWholeToo) {
  for (int i = 0; i < 30; ++i) {
    Keep(std::string(1, static_cast<char>('a' + i % 7)) + std::to_string(i), 0.03f * static_cast<float>(i));
  }
  query_.ranking.grouping = Grouping{.attribute = "color", .max_per_group = 2};
  query_.ranking.diversity = Diversity{0.6};
  query_.ranking.oversample = 100;
  const Ids whole = InOnePage();
  ASSERT_THAT(whole, SizeIs(14));
  EXPECT_EQ(AllPages(), whole);
}

// Items that nobody writes are there once each, in their order, whatever happens to others.
TEST_F(ProductPagesTest, AnUnchangedItemIsNeitherRepeatedNorSkippedWhileOthersCome) {
  for (const bool with_profile : {false, true}) {
    SCOPED_TRACE(with_profile ? "with a profile" : "by similarity");
    store_.items.clear();
    query_.page.reset();
    query_.ranking = {};
    KeepMany(60);
    if (with_profile) {
      query_.ranking.signals.push_back({.attribute = "margin", .weight = 0.5, .scale = LinearScale{0, 1}});
      query_.ranking.oversample = 10;
    }
    ProductQuery undisturbed = query_;
    const Ids before = AllPages();
    query_ = undisturbed;
    Ids seen;
    std::set<std::string> touched;
    do {
      const Ids page = Page().value();
      seen.insert(seen.end(), page.begin(), page.end());
      for (int i = 0; i < 3; ++i) {
        const std::string fresh = "new" + std::to_string(random_() % 1000);
        Keep(fresh, 0.05f * static_cast<float>(random_() % 12), Margin());
        touched.insert(fresh);
      }
      const std::string gone = std::to_string(1000 + random_() % 60);
      store_.items.erase(gone);
      touched.insert(gone);
    } while (query_.page);
    const auto is_touched = [&](const std::string& id) { return touched.contains(id); };
    Ids expected = before;
    std::erase_if(expected, is_touched);
    std::erase_if(seen, is_touched);
    EXPECT_EQ(seen, expected);
  }
}

TEST_F(ProductPagesTest, KeepTheTimeOfTheFirst) {
  KeepMany(20);
  query_.ranking.freshness = Freshness{.attribute = "margin", .half_life = 1, .weight = 1};
  ASSERT_TRUE(Page().ok());
  const absl::Time first = query_.page->now;
  EXPECT_EQ(absl::FromUnixMicros(absl::ToUnixMicros(first)), first) << "a token holds microseconds";
  ASSERT_TRUE(Page().ok());
  EXPECT_EQ(query_.page->now, first);
}

TEST_F(ProductPagesTest, KeepToTheFiltersOfTheFirst) {
  KeepMany(20);
  query_.optional_filters = {*Filter::Parse("margin > 10")};
  const Ids whole = InOnePage();
  EXPECT_EQ(AllPages(), whole);
  Keep("rich", 0.9f, 11);
  query_.page.reset();
  EXPECT_THAT(AllPages(), ElementsAre("rich"));
}

TEST_F(ProductPagesTest, NeitherEncodeAgainNorFollowAnItemThatChanges) {
  KeepMany(20);
  Keep("liked", 1);
  query_.parts = {{.target = ItemReference{"liked"}}, {.target = ImageInput{.bytes = "1,0", .crop = {}}}};
  const Ids whole = InOnePage();
  const int calls = encoder_.calls;
  Ids paged = Page().value();
  Keep("liked", -1);
  const Ids rest = AllPages();
  paged.insert(paged.end(), rest.begin(), rest.end());
  EXPECT_EQ(paged, whole);
  EXPECT_EQ(encoder_.calls, calls + 1);
}

TEST_F(ProductPagesTest, ExpireWithAWriteWhereEveryResultDependsOnAllOthers) {
  KeepMany(20);
  query_.ranking.diversity = Diversity{0.5};
  ASSERT_TRUE(Page().ok());
  const std::optional<PageCursor> cursor = query_.page;
  ASSERT_TRUE(Page().ok());
  query_.page = cursor;
  store_.after_search = [this] { Keep("beside", 0.3f); };
  EXPECT_THAT(std::string(Page().status().message()), StartsWith("page_token: expired")) << "written during the search";
  store_.after_search = nullptr;
  EXPECT_EQ(Page().status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(ProductPagesTest, ExpireWhenTheMeanIsFittedAgain) {
  KeepMany(20);
  ASSERT_TRUE(Page().ok());
  store_.info.mean_items = 20;
  EXPECT_THAT(std::string(Page().status().message()), StartsWith("page_token: expired: the collection's mean"));
}

TEST_F(ProductPagesTest, ACursorThatFitsNoSearchIsRefused) {
  KeepMany(20);
  ASSERT_TRUE(Page().ok());
  const PageCursor good = *query_.page;
  const auto refusal = [&](auto spoil) {
    query_.page = good;
    spoil(*query_.page);
    return std::string(Page().status().message());
  };
  EXPECT_THAT(refusal([](auto& page) { page.embeddings.clear(); }), HasSubstr("page_token: is not one"));
  EXPECT_THAT(refusal([](auto& page) { page.dropped_filters = 1; }), HasSubstr("page_token: is not one"));
  EXPECT_THAT(refusal([](auto& page) { page.returned = 0; }), HasSubstr("page_token: is not one"));
  EXPECT_THAT(refusal([](auto& page) { page.returned = kMaxResults; }), HasSubstr("page_token: is not one"));
}

TEST_F(ProductPagesTest, EndAtTenThousandResults) {
  KeepMany(20);
  ASSERT_TRUE(Page().ok());
  query_.page->returned = kMaxResults - 2;
  EXPECT_THAT(Page().value(), SizeIs(2));
  EXPECT_FALSE(query_.page.has_value());
}

}  // namespace
}  // namespace lookalike
