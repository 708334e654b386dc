// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

#include "tests/unit/libs/catalog/catalog_fixture.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class CatalogFacetsTest : public CatalogFixture {
 protected:
  absl::StatusOr<Facets> GetFacets(const FacetQuery& query) {
    return catalog_->GetFacets(kShoes, query, absl::InfiniteFuture());
  }

  absl::StatusOr<Facets> GetFacets(const std::string& filter, std::vector<std::string> attributes = {}) {
    FacetQuery query;
    query.filter = *Filter::Parse(filter);
    query.attributes = std::move(attributes);
    return GetFacets(query);
  }

  static std::vector<std::string> NamesOf(const Facets& facets) {
    std::vector<std::string> names;
    for (const Facet& facet : facets.facets) names.push_back(facet.attribute);
    return names;
  }

  void PutTwoShoes() {
    ASSERT_EQ(Put(MakeItem("a", {1, 0, 0, 0}, {{"color", "red"}, {"price", 10.0}})), absl::OkStatus());
    ASSERT_EQ(Put(MakeItem("b", {0, 1, 0, 0}, {{"color", "red"}, {"price", 20.0}})), absl::OkStatus());
  }
};

TEST_F(CatalogFacetsTest, AreOfAllThatTheCollectionHasSeenByName) {
  PutTwoShoes();
  const absl::StatusOr<Facets> facets = GetFacets("");
  ASSERT_TRUE(facets.ok()) << facets.status();
  EXPECT_EQ(facets->items, 2u);
  EXPECT_THAT(NamesOf(*facets), ElementsAre("color", "price"));
}

TEST_F(CatalogFacetsTest, FollowWrites) {
  PutTwoShoes();
  ASSERT_EQ(Put(MakeItem("b", {0, 1, 0, 0}, {{"color", "blue"}})), absl::OkStatus());
  ASSERT_EQ(Remove("a"), absl::OkStatus());
  const absl::StatusOr<Facets> facets = GetFacets("");
  EXPECT_EQ(facets->items, 1u);
  ASSERT_THAT(facets->facets, SizeIs(1));
  EXPECT_THAT(facets->facets[0].values, ElementsAre(Facet::Value{"blue", 1}));
}

TEST_F(CatalogFacetsTest, AreOfTheItemsThatMatch) {
  PutTwoShoes();
  const absl::StatusOr<Facets> facets = GetFacets("price > 15", {"price"});
  EXPECT_EQ(facets->items, 1u);
  ASSERT_THAT(facets->facets, SizeIs(1));
  EXPECT_EQ(facets->facets[0].least, 20);
  EXPECT_THAT(GetFacets("price > 25")->facets, IsEmpty());
}

TEST_F(CatalogFacetsTest, RefuseWhatIsNotThere) {
  PutTwoShoes();
  EXPECT_THAT(GetFacets("colour = \"red\"").status().ToString(), HasSubstr("INVALID_ARGUMENT: filter: "));
  EXPECT_THAT(GetFacets("", {"colour"}).status().ToString(),
              HasSubstr("INVALID_ARGUMENT: attributes: no item has an attribute \"colour\""));
  EXPECT_EQ(catalog_->GetFacets("boots", {}, absl::InfiniteFuture()).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(CatalogFacetsTest, RefuseMoreThanTheLimits) {
  FacetQuery query;
  for (const size_t max_values : {size_t{0}, kMaxFacetValues + 1}) {
    query.max_values = max_values;
    EXPECT_THAT(GetFacets(query).status().ToString(), HasSubstr("INVALID_ARGUMENT: max_values: "));
  }
  query.max_values = kMaxFacetValues;
  query.attributes.resize(kMaxFacets + 1, "color");
  EXPECT_THAT(GetFacets(query).status().ToString(), HasSubstr("INVALID_ARGUMENT: attributes: "));
}

TEST_F(CatalogFacetsTest, OfMoreAttributesThanTheLimitAreTheFirst) {
  Attributes attributes;
  for (size_t i = 0; i <= kMaxFacets; ++i) attributes[absl::StrCat("a", 1000 + i)] = true;
  ASSERT_EQ(Put(MakeItem("a", {1, 0, 0, 0}, attributes)), absl::OkStatus());
  const absl::StatusOr<Facets> facets = GetFacets("");
  ASSERT_THAT(facets->facets, SizeIs(kMaxFacets));
  EXPECT_EQ(facets->facets.back().attribute, "a1099");
}

TEST_F(CatalogFacetsTest, WaitForAWriteAndGiveUpAtTheDeadline) {
  PutTwoShoes();
  FacetQuery query;
  query.min_sequence = 2;
  EXPECT_EQ(GetFacets(query)->items, 2u);
  query.min_sequence = 3;
  EXPECT_EQ(catalog_->GetFacets(kShoes, query, absl::Now() + absl::Milliseconds(1)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

}  // namespace
}  // namespace lookalike
