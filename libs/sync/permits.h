// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "libs/sync/mutex.h"

namespace lookalike {

// How many may do something at the same time. Who comes first goes first, so that nobody waits for ever.
// Thread-safe.
class Permits {
 public:
  explicit Permits(size_t count) : next_to_go_(count) {}
  Permits(const Permits&) = delete;
  Permits& operator=(const Permits&) = delete;

  // One permit, for as long as the object lives. Waits for it.
  class Permit {
   public:
    explicit Permit(Permits& permits) : permits_(permits) { permits_.Acquire(); }
    ~Permit() { permits_.Release(); }
    Permit(const Permit&) = delete;
    Permit& operator=(const Permit&) = delete;

   private:
    Permits& permits_;
  };

 private:
  void Acquire() {
    MutexLock lock(mutex_);
    const uint64_t number = next_number_++;
    while (number >= next_to_go_) released_.Wait(mutex_);
  }

  void Release() {
    MutexLock lock(mutex_);
    ++next_to_go_;
    released_.NotifyAll();
  }

  Mutex mutex_;
  CondVar released_;
  uint64_t next_number_ ABSL_GUARDED_BY(mutex_) = 0;  // of who comes next
  uint64_t next_to_go_ ABSL_GUARDED_BY(mutex_);       // numbers below it have a permit, or had one
};

}  // namespace lookalike
