// SPDX-License-Identifier: Apache-2.0
// Ranking profiles as the store keeps them: bytes under names.
#include "tests/unit/libs/catalog/catalog_fixture.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class CatalogProfilesTest : public CatalogFixture {
 protected:
  absl::Status Set(const std::string& name, std::string profile) {
    return catalog_->SetRankingProfile(kShoes, name, std::move(profile), absl::InfiniteFuture());
  }
  absl::Status Delete(const std::string& name) {
    return catalog_->DeleteRankingProfile(kShoes, name, absl::InfiniteFuture());
  }
  RankingProfiles Profiles() { return Info().ranking_profiles; }
};

TEST_F(CatalogProfilesTest, AreThereAtOnceAndAfterARestart) {
  const std::string bytes("\0\xff\n", 3);
  ASSERT_EQ(Set("default", bytes), absl::OkStatus());
  ASSERT_EQ(Set("sale", "first"), absl::OkStatus());
  ASSERT_EQ(Set("sale", "second"), absl::OkStatus());
  EXPECT_THAT(Profiles(), ElementsAre(Pair("default", bytes), Pair("sale", "second")));
  Reopen();
  EXPECT_THAT(Profiles(), ElementsAre(Pair("default", bytes), Pair("sale", "second")));
  ASSERT_EQ(Delete("default"), absl::OkStatus());
  EXPECT_THAT(Profiles(), ElementsAre(Pair("sale", "second")));
  Reopen();
  EXPECT_THAT(Profiles(), ElementsAre(Pair("sale", "second")));
}

TEST_F(CatalogProfilesTest, BelongToTheirCollectionAlone) {
  ASSERT_EQ(catalog_->CreateCollection({"bags", kDimension, kModel}, absl::InfiniteFuture()), absl::OkStatus());
  ASSERT_EQ(Set("sale", "of shoes"), absl::OkStatus());
  EXPECT_THAT(catalog_->GetCollection("bags", absl::InfiniteFuture())->ranking_profiles, IsEmpty());
  ASSERT_EQ(catalog_->DeleteCollection(kShoes, absl::InfiniteFuture()), absl::OkStatus());
  ASSERT_EQ(catalog_->CreateCollection({kShoes, kDimension, kModel}, absl::InfiniteFuture()), absl::OkStatus());
  EXPECT_THAT(Profiles(), IsEmpty()) << "a collection of the same name is another one";
  Reopen();
  EXPECT_THAT(Profiles(), IsEmpty());
}

TEST_F(CatalogProfilesTest, AreNoWrites) {
  ASSERT_EQ(Put(MakeItem("a", {1, 0, 0, 0})), absl::OkStatus());
  const uint64_t sequence = Info().sequence;
  ASSERT_EQ(Set("sale", "x"), absl::OkStatus());
  EXPECT_EQ(Info().sequence, sequence);
  ASSERT_EQ(Put(MakeItem("b", {0, 1, 0, 0})), absl::OkStatus());
  EXPECT_THAT(Profiles(), ElementsAre(Pair("sale", "x"))) << "a write leaves them as they are";
}

TEST_F(CatalogProfilesTest, RefusesWhatIsBeyondItsLimits) {
  for (const char* name : {"", ".hidden", "a/b", "größe"}) {
    EXPECT_EQ(Set(name, "x").code(), absl::StatusCode::kInvalidArgument) << name;
  }
  EXPECT_THAT(std::string(Set("sale", std::string(kMaxRankingProfileBytes + 1, 'x')).message()),
              HasSubstr("profile: takes 65537 bytes"));
  EXPECT_EQ(Delete("sale").code(), absl::StatusCode::kNotFound);
  for (size_t i = 0; i < kMaxRankingProfiles; ++i) ASSERT_EQ(Set(std::to_string(i), "x"), absl::OkStatus());
  EXPECT_THAT(std::string(Set("more", "x").message()), HasSubstr("name: the collection has 64"));
  EXPECT_EQ(Set("63", "another"), absl::OkStatus()) << "in the place of one";
  EXPECT_EQ(catalog_->SetRankingProfile("bags", "a", "x", absl::InfiniteFuture()).code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace lookalike
