// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <thread>

#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "libs/sync/mutex.h"
#include "libs/sync/thread_priority.h"

namespace lookalike {

// A background thread that does a job again and again, with a pause after each time, until it is destroyed: that waits
// for the job under way, and the job is not begun again.
class Periodic {
 public:
  Periodic(absl::Duration pause, std::function<void()> job)
      : thread_([this, pause, job = std::move(job)] {
          RunInBackground();
          while (Pause(pause)) job();
        }) {}

  ~Periodic() {
    {
      MutexLock lock(mutex_);
      stopping_ = true;
      changed_.NotifyAll();
    }
    thread_.join();
  }
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

 private:
  // False where the end came first.
  bool Pause(absl::Duration pause) {
    const absl::Time end = absl::Now() + pause;
    MutexLock lock(mutex_);
    while (!stopping_ && changed_.WaitUntil(mutex_, end)) {
    }
    return !stopping_;
  }

  Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace lookalike
