// SPDX-License-Identifier: Apache-2.0
// The smaller parts of the harness: what it writes, how it chooses, what it damages.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

#include "tests/recovery/cycle_plan.h"
#include "tests/recovery/damage.h"
#include "tests/recovery/filter_probe.h"
#include "tests/recovery/value.h"
#include "tests/unit/temporary_folder.h"

namespace lookalike {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

TEST(VersionTest, ItsPartsCanBeRead) {
  EXPECT_EQ(VersionText(MakeVersion(12, 3, 55)), "12.3.55");
  EXPECT_EQ(VersionText(kAbsent), "absent");
}

TEST(ValueTest, AnItemIsTheSameEveryTimeAndDiffersByVersion) {
  const v1::Item item = MakeItem("shop", 8, "a", 1);
  EXPECT_EQ(item.images(0).embedding().SerializeAsString(),
            MakeItem("shop", 8, "a", 1).images(0).embedding().SerializeAsString());
  EXPECT_LT(Cosine(MakeEmbedding("shop", 8, "b", 1), MakeEmbedding("shop", 8, "b", 2)), 0.999);
  EXPECT_EQ(Judge("shop", 8, item, {}).wholeness, Wholeness::kWhole);
  EXPECT_EQ(Judge("other", 8, item, {}).wholeness, Wholeness::kMixed);
}

TEST(FilterProbeTest, MatchesTheItemThatItIsMadeFor) {
  Random random(1);
  for (Version version = 1; version <= 500; ++version) {
    const Facts facts = MakeFacts("shop", "a", version);
    const FilterProbe probe = MakeFilterProbe(facts, random);
    EXPECT_TRUE(probe.matches(facts)) << probe.text;
  }
}

TEST(ServerOptionsTest, AProgramIsGivenOnlyTheFlagsThatItKnows) {
  const std::vector<ServerOption> options = {{"--old", {"1"}}, {"--new", {"2"}}, {"--old-and-new", {"3"}}};
  std::vector<std::string> known;
  for (const ServerOption& option : KnownOptions(options, "  --old UINT\n  --old-and-new TEXT\n")) {
    known.push_back(option.flag);
  }
  EXPECT_THAT(known, ElementsAre("--old", "--old-and-new"));
}

TEST(CyclePlanTest, FollowsFromItsSeed) {
  Random one(7), same(7), other(8);
  const std::string plan = PlanText(MakePlan(ServerOptions(), one));
  EXPECT_EQ(plan, PlanText(MakePlan(ServerOptions(), same)));
  EXPECT_NE(plan, PlanText(MakePlan(ServerOptions(), other)));
}

class DamageTest : public testing::Test {
 protected:
  void Fill() {
    for (int i = 0; i < 4; ++i) {
      std::ofstream(folder_ / absl::StrCat(i, ".snapshot")) << std::string(1000, 'x');
    }
  }
  std::map<std::string, std::string> Contents() const {
    std::map<std::string, std::string> contents;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      std::ifstream file(entry.path());
      contents[entry.path().filename()] = {std::istreambuf_iterator<char>(file), {}};
    }
    return contents;
  }

  const TemporaryFolder temporary_;
  const std::filesystem::path folder_ = temporary_.path();
};

TEST_F(DamageTest, ChangesSomethingAndTheSameForTheSameSeed) {
  Fill();
  const auto whole = Contents();
  Random random(3), again(3);
  EXPECT_THAT(DamageFolder(folder_, random), Not(IsEmpty()));
  const auto damaged = Contents();
  EXPECT_NE(damaged, whole);
  std::filesystem::remove_all(folder_);
  std::filesystem::create_directories(folder_);
  Fill();
  DamageFolder(folder_, again);
  EXPECT_EQ(Contents(), damaged);
}

TEST_F(DamageTest, TakesEmptyFilesAndFoldersThatAreNotThere) {
  std::ofstream(folder_ / "0.snapshot").flush();
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    DamageFolder(folder_, random);
  }
  Random random(1);
  EXPECT_THAT(DamageFolder(folder_ / "missing", random), IsEmpty());
}

}  // namespace
}  // namespace lookalike
