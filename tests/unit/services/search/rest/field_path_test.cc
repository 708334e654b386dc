// SPDX-License-Identifier: Apache-2.0
#include "services/search/rest/field_path.h"

#include <gtest/gtest.h>

#include "lookalike/v1/index.pb.h"
#include "lookalike/v1/search.pb.h"

namespace lookalike {
namespace {

TEST(FieldPathTest, SetsStringsNumbersAndBools) {
  v1::GetRequest get;
  EXPECT_TRUE(SetField(get, "collection", "shoes").ok());
  EXPECT_TRUE(SetField(get, "ids", "a").ok());
  EXPECT_TRUE(SetField(get, "ids", "b").ok());
  EXPECT_TRUE(SetField(get, "withEmbeddings", "true").ok());
  EXPECT_TRUE(SetField(get, "min_sequence", "18446744073709551615").ok());
  EXPECT_EQ(get.collection(), "shoes");
  EXPECT_EQ(get.ids_size(), 2);
  EXPECT_TRUE(get.with_embeddings());
  EXPECT_EQ(get.min_sequence(), UINT64_MAX);
}

TEST(FieldPathTest, ReachesIntoMessagesAndIntoEachOfSeveral) {
  v1::UpsertRequest upsert;
  EXPECT_TRUE(SetField(upsert, "item.id", "7").ok());
  EXPECT_EQ(upsert.item().id(), "7");
  v1::IndexUpsertRequest several;
  several.add_items();
  several.add_items();
  EXPECT_TRUE(SetField(several, "items.id", "x").ok());
  EXPECT_EQ(several.items(1).id(), "x");
}

TEST(FieldPathTest, RefusesAnotherValueThanTheOneThatIsThere) {
  v1::UpsertRequest upsert;
  upsert.mutable_item()->set_id("8");
  EXPECT_TRUE(SetField(upsert, "item.id", "8").ok());
  EXPECT_EQ(SetField(upsert, "item.id", "7"),
            absl::InvalidArgumentError("id: \"7\", but it has another value already"));
}

TEST(FieldPathTest, RefusesWhatIsNoValueOfTheType) {
  v1::ListRequest list;
  for (const char* text : {"x", "-1", "1.5", "4294967296", ""})
    EXPECT_FALSE(SetField(list, "limit", text).ok()) << text;
  v1::GetRequest get;
  EXPECT_FALSE(SetField(get, "with_embeddings", "yes").ok());
  EXPECT_FALSE(SetField(get, "nothing", "1").ok());
}

TEST(FieldPathTest, FindsFieldsByBothOfTheirNames) {
  EXPECT_NE(FindField(*v1::UpsertRequest::descriptor(), "item.images.image"), nullptr);
  EXPECT_EQ(FindField(*v1::GetRequest::descriptor(), "withEmbeddings"),
            FindField(*v1::GetRequest::descriptor(), "with_embeddings"));
  for (const char* path : {"", "x", "item.x", "collection.x"}) {
    EXPECT_EQ(FindField(*v1::UpsertRequest::descriptor(), path), nullptr) << path;
  }
}

}  // namespace
}  // namespace lookalike
