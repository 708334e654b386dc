// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/sync/mutex.h"

namespace lookalike {

// Lets concurrent writers share one commit, and so one sync of the disk: while a group is being committed, further
// requests gather; then one of their writers commits them all. Groups are committed one after another, and the
// requests within a group in the order of their arrival, so that writes have one total order.
//
// Thread-safe. `Request` is the caller's: it carries the result as well, and stays the caller's memory.
template <class Request>
class GroupCommit {
 public:
  // Commits every request of a group and sets its results. Runs in the thread of one of the writers, never twice at
  // the same time. Must not throw.
  using Commit = std::function<void(std::span<Request* const>)>;

  explicit GroupCommit(Commit commit) : commit_(std::move(commit)) {}
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  // Returns when `request` has been committed. DeadlineExceeded where the deadline passed while it was still waiting:
  // it has not been, and will not be, committed. Once its commit has begun the deadline no longer counts.
  absl::Status Run(Request& request, absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_) {
    Waiter self{&request};
    MutexLock lock(mutex_);
    waiting_.push_back(&self);
    while (committing_ && !self.committed) {
      if (self.taken) {
        changed_.Wait(mutex_);
      } else if (!changed_.WaitUntil(mutex_, deadline) && committing_ && !self.taken) {
        waiting_.erase(std::find(waiting_.begin(), waiting_.end(), &self));
        return absl::DeadlineExceededError("the deadline passed while the write waited for those before it");
      }
    }
    if (!self.committed) Lead();
    return absl::OkStatus();
  }

 private:
  struct Waiter {
    Request* request;
    bool taken = false;      // part of the group being committed
    bool committed = false;  // its results are set
  };

  // Commits everything that waits, the caller's own request among it.
  void Lead() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::vector<Waiter*> group;
    group.swap(waiting_);
    std::vector<Request*> requests;
    for (Waiter* waiter : group) {
      waiter->taken = true;
      requests.push_back(waiter->request);
    }
    committing_ = true;
    mutex_.Unlock();
    commit_(requests);
    mutex_.Lock();
    committing_ = false;
    for (Waiter* waiter : group) waiter->committed = true;
    changed_.NotifyAll();
  }

  const Commit commit_;
  Mutex mutex_;
  CondVar changed_;
  bool committing_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Waiter*> waiting_ ABSL_GUARDED_BY(mutex_);  // in the order of arrival
};

}  // namespace lookalike
