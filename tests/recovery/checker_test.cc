// SPDX-License-Identifier: Apache-2.0
// The checker sees what is wrong: each test makes an index differ from what is expected in one way.
#include "tests/recovery/checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

#include "tests/recovery/fake_index.h"
#include "tests/recovery/oracle.h"

namespace lookalike {

void PrintTo(Fault fault, std::ostream* out) { *out << FaultName(fault); }

namespace {

using testing::Contains;
using testing::Each;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

constexpr uint32_t kDimension = 16;

class CheckerTest : public testing::Test {
 protected:
  CheckerTest() {
    EXPECT_TRUE(oracle_.BeginCreate("shop", kDimension));
    oracle_.EndCreate("shop", Outcome::kDone, /*centered=*/false);
    shop().info.set_name("shop");
    shop().info.set_dimension(kDimension);
    for (int i = 0; i < 40; ++i) Upsert(Id(i));
    Upsert("replaced");
    Upsert("replaced");
    Upsert("deleted");
    Delete("deleted");
  }

  static std::string Id(int i) { return absl::StrCat("item-", i); }
  FakeIndex::Collection& shop() { return index_.collections["shop"]; }
  v1::Item& Stored(const std::string& id) { return shop().items.at(id); }
  Target target() const { return oracle_.Alive().at(0); }

  // The item as the index keeps it: normalised.
  v1::Item Kept(const std::string& id, Version version) {
    v1::Item item = MakeItem("shop", kDimension, id, version);
    for (int i = 0; i < item.images_size(); ++i) {
      const Embedding embedding = MakeEmbedding("shop", kDimension, id, version, static_cast<size_t>(i));
      item.mutable_images(i)->mutable_embedding()->mutable_values()->Assign(embedding.begin(), embedding.end());
    }
    item.set_sequence(shop().info.sequence());
    return item;
  }

  // Both the index and the oracle know of it.
  Version Upsert(const std::string& id) {
    const Version version = MakeVersion(1, 0, ++versions_);
    const uint64_t ticket = oracle_.BeginWrite(target(), {{id, version}});
    Apply({id, version});
    oracle_.EndWrite(ticket, {Outcome::kDone}, shop().info.sequence());
    return version;
  }
  void Delete(const std::string& id) {
    const uint64_t ticket = oracle_.BeginWrite(target(), {{id, kAbsent}});
    Apply({id, kAbsent});
    oracle_.EndWrite(ticket, {Outcome::kDone}, shop().info.sequence());
  }
  // Only the index.
  void Apply(const Change& change) {
    shop().info.set_sequence(shop().info.sequence() + 1);
    if (change.version == kAbsent) {
      shop().items.erase(change.id);
    } else {
      shop().items[change.id] = Kept(change.id, change.version);
    }
  }

  absl::StatusOr<CheckResult> Check() {
    IndexClient client(index_.Connect());
    return CheckAll(client, oracle_.expectation(), /*seed=*/1);
  }
  std::vector<Fault> Faults() {
    std::vector<Fault> faults;
    const absl::StatusOr<CheckResult> result = Check();
    EXPECT_TRUE(result.ok()) << result.status();
    if (!result.ok()) return faults;
    for (const Problem& problem : result->problems) {
      if (std::find(faults.begin(), faults.end(), problem.fault) == faults.end()) faults.push_back(problem.fault);
    }
    return faults;
  }

  Oracle oracle_;
  FakeIndex index_;
  uint64_t versions_ = 0;
};

TEST_F(CheckerTest, NothingIsWrongWithWhatIsAsAcknowledged) {
  const absl::StatusOr<CheckResult> result = Check();
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->problems, IsEmpty()) << result->problems[0];
  EXPECT_EQ(result->observation.at("shop").items.size(), 41u);
}

TEST_F(CheckerTest, SeesAMissingItem) {
  shop().items.erase(Id(3));
  EXPECT_THAT(Faults(), UnorderedElementsAre(Fault::kMissing));
}

TEST_F(CheckerTest, SeesADeletedItemThatIsBack) {
  shop().items["deleted"] = Kept("deleted", MakeVersion(1, 0, 43));
  EXPECT_THAT(Faults(), UnorderedElementsAre(Fault::kPhantom));
}

TEST_F(CheckerTest, SeesAnItemThatNobodyWrote) {
  shop().items["stranger"] = Kept("stranger", MakeVersion(1, 0, 1));
  EXPECT_THAT(Faults(), UnorderedElementsAre(Fault::kPhantom));
}

TEST_F(CheckerTest, SeesAnItemThatIsListedTwice) {
  shop().listed_besides.push_back(Stored(Id(3)));
  EXPECT_THAT(Faults(), UnorderedElementsAre(Fault::kDuplicate));
}

TEST_F(CheckerTest, SeesAnItemOfAnOlderVersion) {
  const v1::Item before = Stored("replaced");
  Upsert("replaced");
  shop().items["replaced"] = before;
  EXPECT_THAT(Faults(), UnorderedElementsAre(Fault::kStale));
}

TEST_F(CheckerTest, SeesAnEmbeddingOfZeros) {
  for (float& value : *Stored(Id(3)).mutable_images(0)->mutable_embedding()->mutable_values()) value = 0;
  EXPECT_THAT(Faults(), Contains(Fault::kZeroed));
}

TEST_F(CheckerTest, SeesAnEmbeddingThatIsEmpty) {
  Stored(Id(3)).mutable_images(0)->clear_embedding();
  EXPECT_THAT(Faults(), Contains(Fault::kZeroed));
}

TEST_F(CheckerTest, SeesAnItemWithoutItsAttributes) {
  Stored(Id(3)).clear_attributes();
  EXPECT_THAT(Faults(), Contains(Fault::kZeroed));
}

TEST_F(CheckerTest, SeesOneAttributeOfAnotherWrite) {
  (*Stored(Id(3)).mutable_attributes())["price"].set_number_value(-1);
  EXPECT_THAT(Faults(), Contains(Fault::kMixed));
}

TEST_F(CheckerTest, SeesAnEmbeddingOfAnotherWrite) {
  *Stored(Id(3)).mutable_images(0)->mutable_embedding() = Stored(Id(5)).images(0).embedding();
  EXPECT_THAT(Faults(), Contains(Fault::kMixed));
}

TEST_F(CheckerTest, SeesOneEmbeddingValueThatIsALittleOff) {
  v1::Embedding& embedding = *Stored(Id(3)).mutable_images(0)->mutable_embedding();
  embedding.set_values(7, embedding.values(7) + 3e-6f);
  EXPECT_THAT(Faults(), UnorderedElementsAre(Fault::kMixed));
}

TEST_F(CheckerTest, SeesADigestOfAnotherWrite) {
  Stored(Id(3)).mutable_images(0)->set_digest("0");
  EXPECT_THAT(Faults(), UnorderedElementsAre(Fault::kMixed));
}

TEST_F(CheckerTest, SeesAnImageTooMany) {
  *Stored(Id(3)).add_images() = Stored(Id(5)).images(0);
  EXPECT_THAT(Faults(), Contains(Fault::kMixed));
}

TEST_F(CheckerTest, SeesAWrongCount) {
  shop().items_claimed = 40;
  EXPECT_THAT(Faults(), UnorderedElementsAre(Fault::kCount));
}

TEST_F(CheckerTest, SeesThatTheCollectionsSequenceWentBack) {
  shop().info.set_sequence(shop().info.sequence() - 1);
  EXPECT_THAT(Faults(), UnorderedElementsAre(Fault::kSequence));
}

TEST_F(CheckerTest, SeesThatAnItemsSequenceIsAnother) {
  Stored(Id(3)).set_sequence(1);
  EXPECT_THAT(Faults(), UnorderedElementsAre(Fault::kSequence));
}

TEST_F(CheckerTest, SeesAnItemThatNoSearchFinds) {
  shop().never_found = {Id(3)};
  EXPECT_THAT(Faults(), Contains(Fault::kNotFound));  // filters and large k find too little
  const absl::StatusOr<CheckResult> result = Check();
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_GE(result->own_searches.count, 41u);
  EXPECT_THAT(result->own_searches.misses, Not(IsEmpty()));
}

TEST_F(CheckerTest, SeesADeletedItemThatASearchFinds) {
  shop().found_besides["deleted"] = Kept("deleted", MakeVersion(1, 0, 43));
  EXPECT_THAT(Faults(), Contains(Fault::kPhantom));
}

TEST_F(CheckerTest, SeesAReplacedValueThatASearchFinds) {
  shop().found_besides["replaced"] = Kept("replaced", MakeVersion(1, 0, 41));
  EXPECT_THAT(Faults(), Contains(Fault::kStale));
}

TEST_F(CheckerTest, SeesAReplacedEmbeddingThatASearchStillUses) {
  v1::Item half = Stored("replaced");
  *half.mutable_images(0)->mutable_embedding() = Kept("replaced", MakeVersion(1, 0, 41)).images(0).embedding();
  shop().found_besides["replaced"] = half;
  EXPECT_THAT(Faults(), Contains(Fault::kScore));
}

TEST_F(CheckerTest, SeesAWrongScore) {
  shop().score_error[Id(3)] = -0.0005f;
  EXPECT_THAT(Faults(), UnorderedElementsAre(Fault::kScore));
}

TEST_F(CheckerTest, SeesAFilterThatIsIgnored) {
  shop().ignores_filters = true;
  EXPECT_THAT(Faults(), Contains(Fault::kFilter));
}

TEST_F(CheckerTest, AsksTheAuditOnlyWhereThereIsOne) {
  shop().audit.emplace();
  shop().audit->set_stored(41);
  shop().audit->set_images(41);
  shop().audit->set_indexed(41);
  EXPECT_THAT(Faults(), IsEmpty());
}

TEST_F(CheckerTest, SeesWhatTheAuditFinds) {
  shop().audit.emplace();
  shop().audit->set_stored(41);
  shop().audit->set_images(41);
  shop().audit->set_indexed(40);
  EXPECT_THAT(Faults(), UnorderedElementsAre(Fault::kAudit));
  shop().audit->set_indexed(41);
  shop().audit->set_unreachable(1);
  EXPECT_THAT(Faults(), UnorderedElementsAre(Fault::kAudit));
}

TEST_F(CheckerTest, TakesAnOpenWriteEitherWay) {
  const Version version = MakeVersion(2, 0, 1);
  oracle_.LoseWrite(oracle_.BeginWrite(target(), {{Id(3), version}, {"new", version}}));
  EXPECT_THAT(Faults(), IsEmpty());
  Apply({Id(3), version});
  Apply({"new", version});
  EXPECT_THAT(Faults(), IsEmpty());
}

TEST_F(CheckerTest, TakesAnOpenDeletionEitherWay) {
  oracle_.LoseWrite(oracle_.BeginWrite(target(), {{Id(3), kAbsent}}));
  EXPECT_THAT(Faults(), IsEmpty());
  Apply({Id(3), kAbsent});
  EXPECT_THAT(Faults(), IsEmpty());
}

TEST_F(CheckerTest, SeesAnOpenWriteOfWhichAPartIsThere) {
  const Version version = MakeVersion(2, 0, 1);
  oracle_.LoseWrite(oracle_.BeginWrite(target(), {{Id(3), version}, {Id(5), version}}));
  Apply({Id(3), version});
  EXPECT_THAT(Faults(), UnorderedElementsAre(Fault::kTorn));
}

TEST_F(CheckerTest, SeesAThirdValueBesideAnOpenWrite) {
  oracle_.LoseWrite(oracle_.BeginWrite(target(), {{Id(3), MakeVersion(2, 0, 1)}}));
  Apply({Id(3), MakeVersion(2, 0, 2)});
  EXPECT_THAT(Faults(), UnorderedElementsAre(Fault::kStale));
}

TEST_F(CheckerTest, SeesAMissingCollection) {
  index_.collections.clear();
  EXPECT_THAT(Faults(), UnorderedElementsAre(Fault::kMissingCollection));
}

TEST_F(CheckerTest, SeesACollectionThatWasDropped) {
  ASSERT_TRUE(oracle_.BeginDrop(target()));
  EXPECT_THAT(Faults(), IsEmpty());  // not yet acknowledged
  oracle_.EndDrop({"shop", kDimension, oracle_.expectation().at("shop").incarnation}, Outcome::kDone);
  EXPECT_THAT(Faults(), UnorderedElementsAre(Fault::kPhantomCollection));
}

TEST_F(CheckerTest, TakesACollectionWhoseMakingIsOpenEitherWay) {
  ASSERT_TRUE(oracle_.BeginCreate("other", 8));
  EXPECT_THAT(Faults(), IsEmpty());
  index_.collections["other"].info.set_name("other");
  index_.collections["other"].info.set_dimension(8);
  EXPECT_THAT(Faults(), IsEmpty());
}

TEST_F(CheckerTest, SeesACollectionThatNobodyMade) {
  index_.collections["other"].info.set_name("other");
  EXPECT_THAT(Faults(), UnorderedElementsAre(Fault::kPhantomCollection));
}

TEST_F(CheckerTest, SeesACallThatFails) {
  shop().list_status = {grpc::StatusCode::DATA_LOSS, "a record is damaged"};
  EXPECT_THAT(Faults(), UnorderedElementsAre(Fault::kCall));
}

TEST_F(CheckerTest, SaysWhereTheServerIsGone) {
  shop().list_status = {grpc::StatusCode::UNAVAILABLE, "connection reset"};
  EXPECT_TRUE(absl::IsUnavailable(Check().status())) << Check().status();
}

}  // namespace
}  // namespace lookalike
