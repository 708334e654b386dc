// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/group_commit.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using testing::ElementsAre;

// A commit that the test holds up and lets go, and that remembers its groups.
class GroupCommitTest : public testing::Test {
 protected:
  GroupCommit<int> commit_{[this](std::span<int* const> requests) {
    MutexLock lock(mutex_);
    groups_.emplace_back();
    for (const int* request : requests) groups_.back().push_back(*request);
    changed_.NotifyAll();
    while (held_) changed_.Wait(mutex_);
  }};

  void Hold() {
    MutexLock lock(mutex_);
    held_ = true;
  }
  void LetGo() {
    MutexLock lock(mutex_);
    held_ = false;
    changed_.NotifyAll();
  }
  void WaitForGroups(size_t count) {
    MutexLock lock(mutex_);
    while (groups_.size() < count) changed_.Wait(mutex_);
  }

  std::thread RunInThread(int request) {
    return std::thread([this, request] {
      int own = request;
      EXPECT_EQ(commit_.Run(own, absl::InfiniteFuture()), absl::OkStatus());
    });
  }

  Mutex mutex_;
  CondVar changed_;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::vector<int>> groups_;
};

TEST_F(GroupCommitTest, ALoneRequestIsCommittedByItself) {
  int request = 7;
  EXPECT_EQ(commit_.Run(request, absl::InfiniteFuture()), absl::OkStatus());
  EXPECT_THAT(groups_, ElementsAre(ElementsAre(7)));
}

TEST_F(GroupCommitTest, ARequestWhoseDeadlinePassesWhileItWaitsIsNotCommitted) {
  Hold();
  std::thread first = RunInThread(1);
  WaitForGroups(1);
  int late = 2;
  EXPECT_EQ(commit_.Run(late, absl::Now() + absl::Milliseconds(1)).code(), absl::StatusCode::kDeadlineExceeded);
  LetGo();
  first.join();
  EXPECT_THAT(groups_, ElementsAre(ElementsAre(1)));
}

TEST_F(GroupCommitTest, ADeadlineNoLongerCountsOnceTheCommitHasBegun) {
  Hold();
  std::thread letting_go([this] {
    WaitForGroups(1);
    LetGo();
  });
  int request = 1;
  EXPECT_EQ(commit_.Run(request, absl::Now() - absl::Seconds(1)), absl::OkStatus());
  letting_go.join();
}

TEST_F(GroupCommitTest, EveryRequestOfManyThreadsIsCommittedOnceAndGroupsNeverOverlap) {
  constexpr int kThreads = 8, kEach = 200;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < kEach; ++i) {
        int request = t * kEach + i;
        ASSERT_TRUE(commit_.Run(request, absl::InfiniteFuture()).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<int> committed;
  for (const std::vector<int>& group : groups_) committed.insert(committed.end(), group.begin(), group.end());
  std::sort(committed.begin(), committed.end());
  ASSERT_EQ(committed.size(), static_cast<size_t>(kThreads * kEach));
  for (int i = 0; i < kThreads * kEach; ++i) EXPECT_EQ(committed[i], i);
}

}  // namespace
}  // namespace lookalike
