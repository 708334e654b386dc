// SPDX-License-Identifier: Apache-2.0
#include "services/cli/json.h"

#include <gtest/gtest.h>

#include "lookalike/v1/search.pb.h"

namespace lookalike {
namespace {

using nlohmann::json;

TEST(ToJsonTest, SixtyFourBitIntegersAreNumbers) {
  v1::ListCollectionsResponse response;
  v1::Collection& collection = *response.add_collections();
  collection.set_name("shoes");
  collection.set_items(300);
  collection.set_sequence(1ull << 60);
  const json shoes = ToJson(response)["collections"][0];
  EXPECT_EQ(shoes["items"], 300);
  EXPECT_EQ(shoes["sequence"], 1ull << 60);
  EXPECT_EQ(shoes["tombstones"], 0) << "a field that holds its default is there too";
}

TEST(ToJsonTest, AttributesLookAsTheyWereWritten) {
  v1::SearchResponse response;
  v1::ScoredItem& item = *response.add_results();
  item.set_id("x");
  item.set_score(0.5f);
  const json written = {{"color", "red"}, {"price", 79.5}, {"sale", true}, {"tags", {"a", "b"}}};
  for (const auto& [name, value] : written.items()) (*item.mutable_attributes())[name] = *AttributeFromJson(value);
  const json result = ToJson(response)["results"][0];
  EXPECT_EQ(result["score"], 0.5);
  EXPECT_EQ(result["attributes"], written);
}

TEST(AttributeFromJsonTest, RefusesWhatNoAttributeCanBe) {
  EXPECT_FALSE(AttributeFromJson(json::object()).ok());
  EXPECT_FALSE(AttributeFromJson(json{1, 2}).ok());
  EXPECT_TRUE(AttributeFromJson(json::array()).ok());
  EXPECT_TRUE(AttributeFromJson(json(nullptr)).ok());
}

TEST(AttributeTextTest, IsWhatAPersonReads) {
  EXPECT_EQ(AttributeText(*AttributeFromJson("red")), "red");
  EXPECT_EQ(AttributeText(*AttributeFromJson(79.9)), "79.9");
  EXPECT_EQ(AttributeText(*AttributeFromJson(true)), "true");
  EXPECT_EQ(AttributeText(*AttributeFromJson(json{"a", "b"})), "[a, b]");
}

}  // namespace
}  // namespace lookalike
