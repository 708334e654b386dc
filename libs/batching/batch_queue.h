// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "libs/sync/mutex.h"

namespace lookalike {

struct BatchQueueOptions {
  // Tasks in a batch, at most. 8 is where the throughput of a GPU on small networks begins to level off; more adds
  // latency to every one of them.
  size_t max_batch_size = 8;

  // How long the oldest task may wait for company. 2 ms is little beside the tens of milliseconds of a forward pass,
  // and long enough to gather the images of one request. Zero: a batch is whatever is there. A task whose deadline
  // is nearer than this expires where no others come.
  absl::Duration max_queue_delay = absl::Milliseconds(2);

  // Tasks held, at most; the next one is refused. 256 inputs of 224 × 224 pixels are about 150 MiB, and some
  // seconds of work for a GPU: more would only be answered too late.
  size_t max_queued_tasks = 256;

  // What deadlines and the delay are measured with. Waiting itself follows the system's clock.
  std::function<absl::Time()> now = [] { return absl::Now(); };
};

// A bounded first-in-first-out queue between many callers and a few workers that are faster on several tasks at once.
// Callers Push() single tasks; a worker's PopBatch() waits until a batch has formed: `max_batch_size` tasks are there,
// or the oldest of them has waited `max_queue_delay`.
//
// A task whose deadline has passed is never part of what a worker should do: PopBatch() hands it back apart, so that
// its owner can be told. Until then it holds its place, so that the bound is a bound on memory too.
//
// Thread-safe: any number of threads may push and pop. Task must be movable.
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
    std::vector<Entry> ready;    // to be worked on now, oldest first; max_batch_size at most
    std::vector<Entry> expired;  // deadline passed while they waited
    bool empty() const { return ready.empty() && expired.empty(); }
  };

  explicit BatchQueue(Options options = Options()) : options_(std::move(options)) {}

  // Adds a task, without waiting. ResourceExhausted: the queue is full. Unavailable: Close() was called.
  // The task is destroyed where it is refused.
  absl::Status Push(Task task, absl::Time deadline) {
    MutexLock lock(mutex_);
    if (closed_) return absl::UnavailableError("the queue is closed: shutting down");
    if (queue_.size() >= options_.max_queued_tasks) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the queue is full: ", queue_.size(), " tasks wait already; try again later"));
    }
    queue_.push_back({std::move(task), options_.now(), deadline});
    changed_.NotifyOne();
    return absl::OkStatus();
  }

  // Waits for the next batch. Returns an empty one only after Close(), when all tasks have been handed out; what is
  // left at Close() comes at once, without the delay.
  Batch PopBatch() {
    MutexLock lock(mutex_);
    while (!IsBatchFormed()) changed_.WaitUntil(mutex_, NextFormingTime());
    Batch batch = TakeBatch();
    // A worker that went to sleep before these tasks came would not look at what is left.
    if (!queue_.empty()) changed_.NotifyOne();
    return batch;
  }

  // Refuses further tasks, and lets PopBatch() return to every worker once the rest is handed out.
  void Close() {
    MutexLock lock(mutex_);
    closed_ = true;
    changed_.NotifyAll();
  }

  // Tasks that wait now.
  size_t size() const {
    ReaderMutexLock lock(mutex_);
    return queue_.size();
  }

 private:
  bool IsBatchFormed() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return closed_ || queue_.size() >= options_.max_batch_size || options_.now() >= NextFormingTime();
  }

  absl::Time NextFormingTime() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return queue_.empty() ? absl::InfiniteFuture() : queue_.front().enqueued + options_.max_queue_delay;
  }

  Batch TakeBatch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const absl::Time now = options_.now();
    Batch batch;
    while (!queue_.empty() && batch.ready.size() < options_.max_batch_size) {
      Entry& oldest = queue_.front();
      (oldest.deadline <= now ? batch.expired : batch.ready).push_back(std::move(oldest));
      queue_.pop_front();
    }
    return batch;
  }

  const Options options_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Entry> queue_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace lookalike
