// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <shared_mutex>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

// Locks that both of our race checkers understand. absl::Mutex would do for Clang's static analysis, but Debian's
// Abseil is not built with ThreadSanitizer, which then sees no order between two critical sections and reports
// races that are none. The standard locks are intercepted by ThreadSanitizer; these wrappers add the annotations.
// See docs/adr/0002-own-lock-wrappers.md.
namespace lookalike {

// A reader-writer lock. Not recursive, for readers either.
//
// Everyone comes in through a door, one at a time, and a writer stands in it until the readers before it have left: so
// it waits for those only, and those after it wait for the writer. The standard lock alone lets readers pass a waiting
// writer: two threads that search an index without a pause held up an addition for seconds, four of them for ever.
class ABSL_LOCKABLE Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    const std::lock_guard<std::mutex> in_the_door(door_);
    mutex_.lock();
  }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }
  void ReaderLock() ABSL_SHARED_LOCK_FUNCTION() {
    const std::lock_guard<std::mutex> in_the_door(door_);
    mutex_.lock_shared();
  }
  void ReaderUnlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock_shared(); }

  // Tell the static analysis, which does not look into callbacks, that the caller holds the lock. Nothing is checked.
  void AssertHeld() const ABSL_ASSERT_EXCLUSIVE_LOCK() {}
  void AssertReaderHeld() const ABSL_ASSERT_SHARED_LOCK() {}

 private:
  friend class CondVar;
  std::mutex door_;
  std::shared_mutex mutex_;
};

// Holds a Mutex exclusively for a scope.
class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) { mutex_.Lock(); }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Holds a Mutex for reading, beside other readers, for a scope.
class ABSL_SCOPED_LOCKABLE ReaderMutexLock {
 public:
  explicit ReaderMutexLock(Mutex& mutex) ABSL_SHARED_LOCK_FUNCTION(mutex) : mutex_(mutex) { mutex_.ReaderLock(); }
  ~ReaderMutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.ReaderUnlock(); }
  ReaderMutexLock(const ReaderMutexLock&) = delete;
  ReaderMutexLock& operator=(const ReaderMutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits for a change of what an exclusively held Mutex guards. Wake-ups can be spurious: wait in a loop.
class CondVar {
 public:
  void Wait(Mutex& mutex) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) { condition_.wait(mutex.mutex_); }

  // Returns false when `deadline` passed first. absl::InfiniteFuture() waits for ever.
  bool WaitUntil(Mutex& mutex, absl::Time deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    if (deadline == absl::InfiniteFuture()) {
      condition_.wait(mutex.mutex_);
      return true;
    }
    return condition_.wait_until(mutex.mutex_, absl::ToChronoTime(deadline)) == std::cv_status::no_timeout;
  }

  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable_any condition_;
};

}  // namespace lookalike
