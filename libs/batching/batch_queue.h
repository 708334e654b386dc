// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "libs/batching/batch_sizes.h"
#include "libs/batching/lane.h"
#include "libs/sync/mutex.h"

namespace lookalike {

struct BatchQueueOptions {
  // What a pass may hold.
  BatchSizes sizes = BatchSizes(std::vector<size_t>{1});

  // Passes that go on side by side without slowing each other: the cores of a CPU, or 1 for a GPU. While fewer are
  // under way a batch is whatever is there: waiting for company would leave the device idle.
  size_t parallel_passes = 1;

  // While the device is busy: how long the oldest task may wait for company. It would have waited for the device
  // anyway; 2 ms is little beside the tens of milliseconds of a pass. Zero: not at all.
  absl::Duration max_queue_delay = absl::Milliseconds(2);

  // While both lanes wait, every so many-th batch goes to the bulk lane first: its share of the batches is 1/bulk_turn
  // at least. 5: bulk work goes on at a fifth of its speed however many searches there are, and they lose a fifth.
  size_t bulk_turn = 5;

  // What deadlines and the delay are measured with. Waiting itself follows the system's clock.
  std::function<absl::Time()> now = [] { return absl::Now(); };
};

// The queue between many callers and a few workers that make passes over several tasks at once. Callers Push() single
// tasks; a worker's PopBatch() waits until a batch is formed (BatchQueueOptions), and FinishBatch() says that its pass
// is over.
//
// Two lanes, each first in, first out. A batch is made for one of them, the interactive one unless it is empty or it is
// bulk's turn: its size is chosen for the tasks of that lane alone, so that nobody who looks at a screen waits for a
// large pass of bulk work; what would be padding goes to the other lane.
//
// A task whose deadline has passed is never part of what a worker should do, and Remove() takes out at any time what
// nobody wants any more. The queue itself has no bound: see QueueSpace.
//
// Thread-safe. Task must be movable.
template <typename Task>
class BatchQueue {
 public:
  using Options = BatchQueueOptions;

  struct Entry {
    Task task;
    absl::Time enqueued;
    absl::Time deadline;
  };

  struct Batch {
    std::vector<Entry> ready;    // to be worked on now: each lane's oldest first
    std::vector<Entry> expired;  // deadline passed while they waited
    size_t size = 0;             // of the pass: ready.size(), or more where it should be padded
    bool empty() const { return ready.empty() && expired.empty(); }
  };

  explicit BatchQueue(Options options = Options()) : options_(std::move(options)) {}

  // Adds a task, without waiting. Unavailable: Close() was called, and the task is destroyed.
  absl::Status Push(Task task, Lane lane, absl::Time deadline) {
    MutexLock lock(mutex_);
    if (closed_) return absl::UnavailableError("the queue is closed: shutting down");
    Of(lane).push_back({std::move(task), options_.now(), deadline});
    changed_.NotifyOne();
    return absl::OkStatus();
  }

  // Waits for the next batch. Returns an empty one only after Close(), when all tasks have been handed out; what is
  // left at Close() comes at once, without the delay. Any other counts as a pass under way until FinishBatch().
  Batch PopBatch() {
    MutexLock lock(mutex_);
    while (!IsBatchFormed()) changed_.WaitUntil(mutex_, NextFormingTime());
    Batch batch = TakeBatch();
    if (!batch.empty()) ++passes_under_way_;
    // A worker that went to sleep before these tasks came would not look at what is left.
    if (Waiting() > 0) changed_.NotifyOne();
    return batch;
  }

  void FinishBatch() {
    MutexLock lock(mutex_);
    --passes_under_way_;
    changed_.NotifyOne();  // the device may be idle, and someone else at hand
  }

  // Takes out and destroys the tasks of which `is_unwanted(task)` is true; returns how many. Runs it under a lock: it
  // must be quick and must not use the queue.
  template <typename Predicate>
  size_t Remove(Predicate is_unwanted) {
    std::vector<Entry> removed;  // destroyed when the lock is free again
    MutexLock lock(mutex_);
    for (std::deque<Entry>& lane : lanes_) {
      MoveIf(lane, removed, [&](const Entry& entry) { return is_unwanted(entry.task); });
    }
    return removed.size();
  }

  // Refuses further tasks, and lets PopBatch() return to every worker once the rest is handed out.
  void Close() {
    MutexLock lock(mutex_);
    closed_ = true;
    changed_.NotifyAll();
  }

  // Tasks that wait now.
  size_t size(Lane lane) const {
    ReaderMutexLock lock(mutex_);
    return Of(lane).size();
  }

 private:
  std::deque<Entry>& Of(Lane lane) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return lanes_[static_cast<size_t>(lane)]; }
  const std::deque<Entry>& Of(Lane lane) const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return lanes_[static_cast<size_t>(lane)];
  }

  size_t Waiting() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return Of(Lane::kInteractive).size() + Of(Lane::kBulk).size();
  }

  bool IsBatchFormed() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (closed_) return true;
    if (Waiting() == 0) return false;
    return passes_under_way_ < options_.parallel_passes || Waiting() >= options_.sizes.largest() ||
           options_.now() >= NextFormingTime();
  }

  absl::Time NextFormingTime() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    absl::Time oldest = absl::InfiniteFuture();
    for (const std::deque<Entry>& lane : lanes_) {
      if (!lane.empty()) oldest = std::min(oldest, lane.front().enqueued);
    }
    return oldest + options_.max_queue_delay;
  }

  Batch TakeBatch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    Batch batch;
    const absl::Time now = options_.now();
    for (std::deque<Entry>& lane : lanes_) {
      MoveIf(lane, batch.expired, [now](const Entry& entry) { return entry.deadline <= now; });
    }
    if (Waiting() == 0) return batch;
    const Lane first = NextLane();
    const BatchSizes::Choice choice = options_.sizes.For(Of(first).size());
    batch.size = choice.size;
    MoveFront(Of(first), choice.tasks, batch.ready);
    MoveFront(Of(first == Lane::kBulk ? Lane::kInteractive : Lane::kBulk), choice.size - choice.tasks, batch.ready);
    return batch;
  }

  // Whose batch is next. At least one lane is not empty.
  Lane NextLane() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const bool is_bulks_turn = Of(Lane::kInteractive).empty() || batches_before_bulk_ + 1 >= options_.bulk_turn;
    if (Of(Lane::kBulk).empty() || !is_bulks_turn) {
      batches_before_bulk_ = Of(Lane::kBulk).empty() ? 0 : batches_before_bulk_ + 1;
      return Lane::kInteractive;
    }
    batches_before_bulk_ = 0;
    return Lane::kBulk;
  }

  template <typename Predicate>
  static void MoveIf(std::deque<Entry>& from, std::vector<Entry>& to, Predicate belongs) {
    const auto rest =
        std::stable_partition(from.begin(), from.end(), [&](const Entry& entry) { return !belongs(entry); });
    std::move(rest, from.end(), std::back_inserter(to));
    from.erase(rest, from.end());
  }

  static void MoveFront(std::deque<Entry>& from, size_t count, std::vector<Entry>& to) {
    for (; count > 0 && !from.empty(); --count) {
      to.push_back(std::move(from.front()));
      from.pop_front();
    }
  }

  const Options options_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::array<std::deque<Entry>, kLanes> lanes_ ABSL_GUARDED_BY(mutex_);
  size_t passes_under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t batches_before_bulk_ ABSL_GUARDED_BY(mutex_) = 0;  // since bulk's last turn, while it waited
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace lookalike
