// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"

#include "libs/sync/mutex.h"

namespace lookalike {

// Threads that help one other at a time with work that comes in many short pieces. After a piece they look out for the
// next for a moment before they sleep, since waking up takes as long as a small layer of a network.
class HelperThreads {
 public:
  // Called with an item and the number of the thread that does it: 0 is the caller, 1 to size() are the helpers.
  using Work = absl::FunctionRef<void(size_t item, size_t thread)>;

  explicit HelperThreads(size_t threads);
  ~HelperThreads();

  size_t size() const { return threads_.size(); }

  // Does work(0, …) to work(items - 1, …), in this thread and in those helpers that are awake in time; in no order.
  // What was written before the call is seen by the work, and what the work wrote is seen after it. One call at a time.
  void ForEach(size_t items, Work work);

 private:
  void Help(size_t thread);
  bool AwaitJob(uint64_t& seen);  // false: the end
  void TakeItems(Work work, size_t items, size_t thread);

  Mutex mutex_;
  CondVar news_;  // a job, or a helper that is done with it
  const Work* work_ ABSL_GUARDED_BY(mutex_) = nullptr;
  size_t items_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t helping_ ABSL_GUARDED_BY(mutex_) = 0;  // threads that know of the job
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;

  // Told apart from the lock so that who looks out for a change does not hold up who makes it.
  std::atomic<uint64_t> jobs_ = 0;       // so far; the last may be over
  std::atomic<size_t> next_item_ = 0;    // of the job
  std::atomic<size_t> helping_now_ = 0;  // as helping_

  std::vector<std::thread> threads_;
};

}  // namespace lookalike
