// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/usable_cores.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/unit/temporary_folder.h"

namespace lookalike {
namespace {

class UsableCoresTest : public testing::Test {
 protected:
  void SetUp() override {
    // As of a machine with many cores; the tests ask for one, of however many there are.
    for (const char* folder : {"/cpu", "/shop/search", "/cpu,cpuacct/shop/search", "/unified/shop"}) {
      std::filesystem::create_directories(root_.path() + folder);
    }
    Write("own", "");
  }

  void Write(const std::string& name, const std::string& content) { std::ofstream(root_.File(name)) << content; }

  size_t Cores() const { return UsableCores(root_.path(), root_.File("own")); }

  const TemporaryFolder root_;
  const size_t unlimited_ = UsableCores("/no/such/folder", "/no/such/file");
};

TEST_F(UsableCoresTest, AreAtLeastOne) { EXPECT_GE(unlimited_, 1); }

TEST_F(UsableCoresTest, FollowAQuotaBelowTheCoresRoundedUp) {
  Write("cpu.max", "25000 100000\n");
  EXPECT_EQ(Cores(), 1);
}

TEST_F(UsableCoresTest, FollowTheOlderKindOfQuota) {
  Write("cpu/cpu.cfs_quota_us", "50000\n");
  Write("cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(Cores(), 1);
}

TEST_F(UsableCoresTest, AreNotMoreThanTheCoresWhateverTheQuota) {
  Write("cpu.max", "1000000000 100000\n");
  EXPECT_EQ(Cores(), unlimited_);
}

TEST_F(UsableCoresTest, IgnoreAnAbsentOrUnreadableQuota) {
  for (const char* content : {"max 100000\n", "", "nonsense\n", "-1 100000\n", "100000 0\n"}) {
    Write("cpu.max", content);
    EXPECT_EQ(Cores(), unlimited_) << content;
  }
}

TEST_F(UsableCoresTest, FollowTheQuotaOfTheProcesssOwnGroup) {
  Write("own", "0::/shop/search\n");
  Write("shop/search/cpu.max", "50000 100000\n");
  EXPECT_EQ(Cores(), 1);
}

TEST_F(UsableCoresTest, FollowTheSmallestQuotaOfTheGroupsAboveIt) {
  Write("own", "0::/shop/search\n");
  Write("shop/search/cpu.max", "max 100000\n");
  Write("shop/cpu.max", "100000 100000\n");
  EXPECT_EQ(Cores(), 1);
}

TEST_F(UsableCoresTest, FollowTheOlderKindInAGroupOfSeveralControllers) {
  Write("own", "3:memory:/other\n2:cpu,cpuacct:/shop/search\n");
  Write("cpu,cpuacct/shop/search/cpu.cfs_quota_us", "80000\n");
  Write("cpu,cpuacct/shop/search/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(Cores(), 1);
}

TEST_F(UsableCoresTest, FollowTheNewerKindBesideTheOlder) {
  Write("own", "2:cpu:/\n0::/shop\n");
  Write("unified/shop/cpu.max", "10000 100000\n");
  EXPECT_EQ(Cores(), 1);
}

TEST_F(UsableCoresTest, AreNotConfusedByLinesAndGroupsThatAreNotThere) {
  Write("own", "nonsense\n0::/gone/from/here\n5:cpu:no-slash\n");
  EXPECT_EQ(Cores(), unlimited_);
}

}  // namespace
}  // namespace lookalike
