// SPDX-License-Identifier: Apache-2.0
#include "services/search/rest/path_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr char kItem[] = "/v1/collections/{collection}/items/{item.id}";

TEST(PathTemplateTest, GivesTheVariablesOfAPath) {
  EXPECT_THAT(*PathTemplate(kItem).Match("/v1/collections/shoes/items/7"),
              ElementsAre(Pair("collection", "shoes"), Pair("item.id", "7")));
  EXPECT_THAT(PathTemplate(kItem).variables(), ElementsAre("collection", "item.id"));
}

TEST(PathTemplateTest, AVerbFollowsItsVariable) {
  const PathTemplate search("/v1/collections/{collection}:search");
  EXPECT_THAT(*search.Match("/v1/collections/shoes:search"), ElementsAre(Pair("collection", "shoes")));
  EXPECT_FALSE(search.Match("/v1/collections/shoes").has_value());
  EXPECT_FALSE(search.Match("/v1/collections/shoes:find").has_value());
}

TEST(PathTemplateTest, WhatIsEncodedBelongsToTheValue) {
  EXPECT_THAT(*PathTemplate(kItem).Match("/v1/collections/a%3Asearch/items/men%2Fboots%20%C3%A9"),
              ElementsAre(Pair("collection", "a:search"), Pair("item.id", "men/boots é")));
}

TEST(PathTemplateTest, TakesNoOtherPath) {
  for (const char* path :
       {"", "/", "/v1/collections/shoes/items", "/v1/collections/shoes/items/", "/v1/collections//items/7",
        "/v1/collections/shoes/items/7/", "/v2/collections/shoes/items/7", "/v1/collections/shoes/items/%4",
        "/v1/collections/shoes/items/%zz"}) {
    EXPECT_FALSE(PathTemplate(kItem).Match(path).has_value()) << path;
  }
}

TEST(PercentDecodedTest, RefusesWhatIsNotHexadecimal) {
  EXPECT_EQ(PercentDecoded("a+b%2fc"), "a+b/c") << "a plus is a plus in a path";
  for (const char* text : {"%", "a%2", "%2x", "%%"}) EXPECT_FALSE(PercentDecoded(text).has_value()) << text;
}

}  // namespace
}  // namespace lookalike
