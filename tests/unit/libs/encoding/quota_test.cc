// SPDX-License-Identifier: Apache-2.0
// What a quota of processor time does to threads, where this machine lets a test set one.
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libs/encoding/usable_cores.h"

namespace lookalike {
namespace {

// A control group with a quota of one core, in either version's hierarchy.
class QuotaTest : public testing::Test {
 protected:
  void SetUp() override {
    if (UsableCores() < 2) GTEST_SKIP() << "this process has one core: no quota below that changes a count";
    for (const char* mount : {"/sys/fs/cgroup", "/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"}) {
      group_ = std::string(mount) + "/lookalike_quota_test_" + std::to_string(getpid());
      std::error_code ignored;
      if (!std::filesystem::create_directory(group_, ignored)) continue;
      if (Write("cpu.max", "100000 100000") ||
          (Write("cpu.cfs_period_us", "100000") && Write("cpu.cfs_quota_us", "100000"))) {
        return;
      }
      std::filesystem::remove(group_, ignored);
    }
    group_.clear();
    GTEST_SKIP() << "no control group with a quota can be made here";
  }
  void TearDown() override {
    if (!group_.empty()) rmdir(group_.c_str());
  }

  bool Write(const std::string& file, const std::string& value) const {
    if (!std::filesystem::exists(group_ + "/" + file)) return false;
    std::ofstream stream(group_ + "/" + file);
    stream << value << std::flush;
    return stream.good();
  }

  // A number of the group's cpu.stat.
  long Statistic(const std::string& name) const {
    std::ifstream stream(group_ + "/cpu.stat");
    std::string key;
    for (long value = 0; stream >> key >> value;) {
      if (key == name) return value;
    }
    return -1;
  }

  // Runs `work` in a process of its own within the group, and returns its result, 0 to 255.
  template <class Work>
  int InTheGroup(Work work) const {
    const pid_t child = fork();
    if (child == 0) _exit(Write("cgroup.procs", std::to_string(getpid())) ? work() : 255);
    int status = 0;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
  }

  // Keeps so many threads busy for five periods.
  static int KeepBusy(size_t thread_count) {
    std::vector<std::thread> threads;
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
    for (size_t i = 0; i < thread_count; ++i) {
      threads.emplace_back([end] {
        while (std::chrono::steady_clock::now() < end) continue;
      });
    }
    for (std::thread& thread : threads) thread.join();
    return 0;
  }

  std::string group_;
};

TEST_F(QuotaTest, IsCounted) {
  EXPECT_EQ(InTheGroup([] { return static_cast<int>(UsableCores()); }), 1);
}

TEST_F(QuotaTest, StopsThreadsThatAreMoreThanCountedAndHardlyThoseThatAreNot) {
  ASSERT_EQ(InTheGroup([] { return KeepBusy(UsableCores()); }), 0);
  const long as_counted = Statistic("nr_throttled");
  ASSERT_EQ(InTheGroup([] { return KeepBusy(4); }), 0);
  const long too_many = Statistic("nr_throttled") - as_counted;
  if (too_many <= 0) GTEST_SKIP() << "this machine takes quotas but does not enforce them";
  EXPECT_LE(as_counted, 2);
  EXPECT_GT(too_many, as_counted);
}

}  // namespace
}  // namespace lookalike
