// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/sync/mutex.h"

namespace lookalike {

// Where reads wait for the write that they must have seen: a gate that opens further with every sequence number.
//
// Has a lock of its own, held for moments, so that those who wait disturb neither searches nor writes; and each waiter
// is woken alone, when its own number has come, so that a thousand of them do not all wake at each write.
// Thread-safe.
class SequenceGate {
 public:
  // Open as far as `sequence`.
  explicit SequenceGate(uint64_t sequence) : open_(sequence) {}
  SequenceGate(const SequenceGate&) = delete;
  SequenceGate& operator=(const SequenceGate&) = delete;

  // Returns when the gate is open as far as `min_sequence`. DeadlineExceeded, naming both numbers, where it is not by
  // the deadline, or without a deadline after kMaxSequenceWait; ResourceExhausted where kMaxSequenceWaiters wait
  // already, at whichever gate; the status of Close() where it was closed.
  absl::Status Pass(uint64_t min_sequence, absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_);

  // Every write up to `sequence` can be seen now. A lower number than before changes nothing.
  void Open(uint64_t sequence) ABSL_LOCKS_EXCLUDED(mutex_);

  // No number above the present one will ever come: those who wait for one get `reason`, which must not be OK.
  void Close(absl::Status reason) ABSL_LOCKS_EXCLUDED(mutex_);

  // How many wait, at all gates of the process.
  static int Waiting();

 private:
  struct Waiter {
    uint64_t min_sequence;
    CondVar called;
  };
  struct ByNumber {
    bool operator()(const Waiter* a, const Waiter* b) const { return a->min_sequence < b->min_sequence; }
  };

  Mutex mutex_;
  uint64_t open_ ABSL_GUARDED_BY(mutex_);
  absl::Status closed_ ABSL_GUARDED_BY(mutex_);                       // OK while it is not
  std::multiset<Waiter*, ByNumber> waiting_ ABSL_GUARDED_BY(mutex_);  // the first to be called first
};

}  // namespace lookalike
