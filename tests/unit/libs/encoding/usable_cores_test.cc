// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/usable_cores.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace lookalike {
namespace {

class UsableCoresTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(root_ + "/cpu"); }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void Write(const std::string& name, const std::string& content) { std::ofstream(root_ + "/" + name) << content; }

  const std::string root_ = testing::TempDir() + "/usable_cores_test";
  const size_t unlimited_ = UsableCores("/no/such/folder");
};

TEST_F(UsableCoresTest, AreAtLeastOne) { EXPECT_GE(unlimited_, 1); }

TEST_F(UsableCoresTest, FollowAQuotaBelowTheCoresRoundedUp) {
  Write("cpu.max", "25000 100000\n");
  EXPECT_EQ(UsableCores(root_), 1);
}

TEST_F(UsableCoresTest, FollowTheOlderKindOfQuota) {
  Write("cpu/cpu.cfs_quota_us", "50000\n");
  Write("cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(UsableCores(root_), 1);
}

TEST_F(UsableCoresTest, AreNotMoreThanTheCoresWhateverTheQuota) {
  Write("cpu.max", "1000000000 100000\n");
  EXPECT_EQ(UsableCores(root_), unlimited_);
}

TEST_F(UsableCoresTest, IgnoreAnAbsentOrUnreadableQuota) {
  for (const char* content : {"max 100000\n", "", "nonsense\n", "-1 100000\n", "100000 0\n"}) {
    Write("cpu.max", content);
    EXPECT_EQ(UsableCores(root_), unlimited_) << content;
  }
}

}  // namespace
}  // namespace lookalike
