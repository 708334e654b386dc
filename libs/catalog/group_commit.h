// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
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
    if (!Enter(self)) {
      if (!self.call.WaitUntil(deadline)) {
        if (Withdraw(self)) {
          return absl::DeadlineExceededError("the deadline passed while the write waited for those before it");
        }
        self.call.WaitUntil(absl::InfiniteFuture());
      }
      if (!self.leads) return absl::OkStatus();
    }
    Lead(self);
    return absl::OkStatus();
  }

 private:
  // Several times what waking a group takes.
  static constexpr absl::Duration kSlowCommit = absl::Milliseconds(1);

  // What one thread waits for and another gives, once. Each waiter has a lock of its own: with one for all, the
  // threads of a group that are woken together queue up for it, which costs more than the commit.
  class Call {
   public:
    void Give() ABSL_LOCKS_EXCLUDED(mutex_) {
      // Told under the lock, because the waiter may end, and its memory with it, as soon as it can take the lock.
      MutexLock lock(mutex_);
      given_ = true;
      changed_.NotifyOne();
    }
    // Returns false when `deadline` passed first.
    bool WaitUntil(absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_) {
      MutexLock lock(mutex_);
      while (!given_) {
        if (!changed_.WaitUntil(mutex_, deadline)) return given_;
      }
      return true;
    }

   private:
    Mutex mutex_;
    CondVar changed_;
    bool given_ ABSL_GUARDED_BY(mutex_) = false;
  };

  struct Waiter {
    Request* request;
    bool leads = false;  // it is to commit the next group; set under mutex_, before the call
    Call call = {};      // given when it is to lead, or its results are set
  };

  // Joins those that wait. Returns true where nobody leads: then the caller does.
  bool Enter(Waiter& self) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    waiting_.push_back(&self);
    return !std::exchange(led_, true);
  }

  // Returns false where it is too late: its commit has begun, or it is to lead the next.
  bool Withdraw(Waiter& self) ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    const auto found = std::find(waiting_.begin(), waiting_.end(), &self);
    if (found == waiting_.end() || self.leads) return false;
    waiting_.erase(found);
    return true;
  }

  // Commits everything that waits, the caller's own request among it.
  void Lead(Waiter& self) ABSL_LOCKS_EXCLUDED(mutex_) {
    std::vector<Waiter*> group;
    {
      MutexLock lock(mutex_);
      group.swap(waiting_);
    }
    std::vector<Request*> requests;
    requests.reserve(group.size());
    for (const Waiter* waiter : group) requests.push_back(waiter->request);
    const absl::Time begin = absl::Now();
    commit_(requests);
    // On a fast disk the next commit runs while this thread wakes its group. On a slow one the group is woken first:
    // those of it who come back at once then share the next sync, instead of waiting for the one after it.
    const bool slow = absl::Now() - begin > kSlowCommit;
    if (!slow) HandOver();
    for (Waiter* waiter : group) {
      if (waiter != &self) waiter->call.Give();
    }
    if (slow) HandOver();
  }

  void HandOver() ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(mutex_);
    if (waiting_.empty()) {
      led_ = false;
      return;
    }
    waiting_.front()->leads = true;
    waiting_.front()->call.Give();
  }

  const Commit commit_;
  Mutex mutex_;
  bool led_ ABSL_GUARDED_BY(mutex_) = false;              // someone commits, or has been called to
  std::vector<Waiter*> waiting_ ABSL_GUARDED_BY(mutex_);  // in the order of arrival
};

}  // namespace lookalike
