// SPDX-License-Identifier: Apache-2.0
// Writes that come late, twice, or without their images.
#include <algorithm>

#include "tests/unit/libs/catalog/catalog_fixture.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CatalogVersionsTest : public CatalogFixture {
 protected:
  enum class Outcome { kDone, kSuperseded, kNotFound, kInvalid };
  static Outcome OutcomeOf(const absl::StatusOr<WriteResult>& result) {
    EXPECT_EQ(result.status(), absl::OkStatus());
    if (absl::IsNotFound(result->items.front())) return Outcome::kNotFound;
    if (absl::IsInvalidArgument(result->items.front())) return Outcome::kInvalid;
    EXPECT_EQ(result->items.front(), absl::OkStatus());
    return result->superseded.front() ? Outcome::kSuperseded : Outcome::kDone;
  }

  Outcome Upsert(const std::string& color, uint64_t version) {
    Item item = MakeItem("x", {1, 0, 0, 0}, {{"color", color}});
    item.version = version;
    return OutcomeOf(catalog_->Upsert(kShoes, kModel, {item}, absl::InfiniteFuture()));
  }
  Outcome Delete(uint64_t version) {
    return OutcomeOf(catalog_->Delete(kShoes, {{.id = "x", .version = version}}, absl::InfiniteFuture()));
  }
  Outcome Update(AttributeUpdate update) {
    return OutcomeOf(catalog_->UpdateAttributes(kShoes, {std::move(update)}, absl::InfiniteFuture()));
  }
  std::string Color() {
    const absl::StatusOr<Item> item = GetItem("x");
    return item.ok() ? std::get<std::string>(item->attributes.at("color")) : "none";
  }
};

TEST_F(CatalogVersionsTest, AWriteThatComesLateOrTwiceChangesNothing) {
  EXPECT_EQ(Upsert("red", 5), Outcome::kDone);
  EXPECT_EQ(Upsert("blue", 5), Outcome::kSuperseded);
  EXPECT_EQ(Upsert("blue", 4), Outcome::kSuperseded);
  EXPECT_EQ(Delete(5), Outcome::kSuperseded);
  EXPECT_EQ(Update({.id = "x", .set = {{"color", "blue"}}, .version = 3}), Outcome::kSuperseded);
  EXPECT_EQ(Color(), "red");
  EXPECT_EQ(Info().sequence, 1u);
  EXPECT_EQ(Upsert("blue", 6), Outcome::kDone);
  EXPECT_EQ(Color(), "blue");
}

TEST_F(CatalogVersionsTest, AnyOrderOfTheSameMessagesEndsInTheSameState) {
  std::vector<int> order = {1, 2, 3, 4};
  do {
    for (const int message : order) {
      for (int twice = 0; twice < 2; ++twice) {
        if (message == 2) {
          Delete(2);
        } else {
          Upsert(std::to_string(message), static_cast<uint64_t>(message));
        }
      }
    }
    EXPECT_EQ(Color(), "4");
    EXPECT_EQ(Delete(0), Outcome::kDone);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(CatalogVersionsTest, AWriteWithoutAVersionCountsAndLeavesTheVersion) {
  EXPECT_EQ(Upsert("red", 5), Outcome::kDone);
  EXPECT_EQ(Upsert("blue", 0), Outcome::kDone);
  EXPECT_EQ(Color(), "blue");
  EXPECT_EQ(GetItem("x")->version, 5u);
  EXPECT_EQ(Upsert("red", 5), Outcome::kSuperseded);
}

TEST_F(CatalogVersionsTest, ADeletionWithAVersionIsRememberedOverRestarts) {
  EXPECT_EQ(Upsert("red", 5), Outcome::kDone);
  EXPECT_EQ(Delete(7), Outcome::kDone);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Upsert("red", 6), Outcome::kSuperseded);
    EXPECT_EQ(Delete(7), Outcome::kSuperseded);
    EXPECT_EQ(Info().items, 0u);
    Reopen();
  }
  EXPECT_EQ(Upsert("blue", 8), Outcome::kDone);
}

TEST_F(CatalogVersionsTest, ADeletionThatComesBeforeItsItemIsRememberedToo) {
  EXPECT_EQ(Delete(0), Outcome::kNotFound);
  EXPECT_EQ(Delete(7), Outcome::kDone);
  EXPECT_EQ(Upsert("red", 6), Outcome::kSuperseded);
  EXPECT_EQ(Update({.id = "x", .set = {{"color", "red"}}, .version = 8}), Outcome::kNotFound);
  EXPECT_EQ(Upsert("red", 0), Outcome::kDone);
  EXPECT_EQ(GetItem("x")->version, 7u);
}

TEST_F(CatalogVersionsTest, ADeletionWithoutAVersionForgetsIt) {
  EXPECT_EQ(Upsert("red", 5), Outcome::kDone);
  EXPECT_EQ(Delete(0), Outcome::kDone);
  EXPECT_EQ(Upsert("red", 1), Outcome::kDone);
}

TEST_F(CatalogVersionsTest, ADeletionIsForgottenInTime) {
  catalog_.reset();
  Catalog::Options options = OptionsOf(directory_);
  options.collection.deletion_memory = absl::ZeroDuration();
  catalog_ = Catalog::Open(options).value();
  EXPECT_EQ(Delete(7), Outcome::kDone);
  EXPECT_EQ(Upsert("red", 6), Outcome::kDone);
}

TEST_F(CatalogVersionsTest, AWriteJudgesByThoseBeforeItInTheSameCall) {
  std::vector<Item> items;
  for (const uint64_t version : {3, 2, 4}) {
    items.push_back(MakeItem("x", {1, 0, 0, 0}, {{"color", "v" + std::to_string(version)}}));
    items.back().version = version;
  }
  const auto result = catalog_->Upsert(kShoes, kModel, items, absl::InfiniteFuture());
  ASSERT_TRUE(result.ok());
  EXPECT_THAT(result->superseded, ElementsAre(false, true, false));
  EXPECT_EQ(Color(), "v4");
}

TEST_F(CatalogVersionsTest, AttributesAreSetAndRemovedWithoutTheImage) {
  ASSERT_TRUE(Put(MakeItem("x", {1, 0, 0, 0}, {{"color", "red"}, {"price", 80.0}, {"sale", true}})).ok());
  ASSERT_TRUE(Put(MakeItem("y", {0, 1, 0, 0}, {{"color", "red"}})).ok());
  EXPECT_EQ(Update({.id = "x", .set = {{"price", 60.0}, {"size", "42"}}, .remove = {"sale", "no such"}}),
            Outcome::kDone);
  const Item item = GetItem("x").value();
  EXPECT_EQ(item.attributes, (Attributes{{"color", "red"}, {"price", 60.0}, {"size", "42"}}));
  EXPECT_THAT(item.images[0].embedding, ElementsAre(1, 0, 0, 0));
  EXPECT_EQ(item.sequence, 3u);
  EXPECT_THAT(Find({1, 0, 0, 0}, 2, "price < 70"), ElementsAre("x"));
  EXPECT_THAT(Find({1, 0, 0, 0}, 2, "exists sale"), IsEmpty());
  EXPECT_EQ(Info().tombstones, 0u) << "embeddings are not touched";
}

TEST_F(CatalogVersionsTest, AnUpdateOutlivesRestartsAndRebuilds) {
  ASSERT_TRUE(Put(MakeItem("x", {1, 0, 0, 0}, {{"color", "red"}})).ok());
  Reopen();  // from here on there is a snapshot
  EXPECT_EQ(Update({.id = "x", .set = {{"color", "blue"}}, .version = 9}), Outcome::kDone);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(Find({1, 0, 0, 0}, 1, "color = \"blue\""), ElementsAre("x"));
    EXPECT_EQ(GetItem("x")->version, 9u);
    const AuditReport report = catalog_->Audit(kShoes, false, absl::InfiniteFuture()).value();
    EXPECT_EQ(report.missing + report.phantom, 0u);
    Reopen();
  }
}

TEST_F(CatalogVersionsTest, AnUpdateIsJudgedAsAnUpsertIs) {
  EXPECT_EQ(Update({.id = "x", .set = {{"color", "red"}}}), Outcome::kNotFound);
  ASSERT_TRUE(Put(MakeItem("x", {1, 0, 0, 0}, {{"color", "red"}})).ok());
  EXPECT_EQ(Update({.id = "x", .set = {{"color", 7.0}}}), Outcome::kInvalid);
  EXPECT_EQ(Update({.id = "x", .set = {{"not a name", "red"}}}), Outcome::kInvalid);
  EXPECT_EQ(Update({.id = "x", .set = {{"long", std::string(70'000, 'x')}}}), Outcome::kInvalid);
  EXPECT_EQ(Color(), "red");
}

TEST_F(CatalogVersionsTest, AGroupComesBackWithItemsAndResults) {
  Item item = MakeItem("x", {1, 0, 0, 0}, {{"color", "red"}});
  item.group = "boot 42";
  ASSERT_TRUE(Put(item).ok());
  Reopen();
  EXPECT_EQ(GetItem("x")->group, "boot 42");
  EXPECT_EQ(Search({1, 0, 0, 0}, 1)->front().item.group, "boot 42");
  EXPECT_EQ(Update({.id = "x", .set = {{"color", "blue"}}}), Outcome::kDone);
  EXPECT_EQ(GetItem("x")->group, "boot 42");
  item.group = std::string(513, 'g');
  EXPECT_THAT(std::string(Put(item).message()), HasSubstr("group: has 513 bytes"));
  item.group = "line\nbreak";
  EXPECT_THAT(std::string(Put(item).message()), HasSubstr("group: has a control character"));
}

}  // namespace
}  // namespace lookalike
