// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/sequence_gate.h"

#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "libs/catalog/catalog_store.h"

namespace lookalike {
namespace {

// Of those who wait, at whichever gate: what they use up is the threads of the process.
std::atomic<int> waiting = 0;

class Place {
 public:
  Place() : taken_(++waiting) {}
  ~Place() { --waiting; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  bool IsFree() const { return taken_ <= kMaxSequenceWaiters; }

 private:
  const int taken_;
};

}  // namespace

absl::Status SequenceGate::Pass(uint64_t min_sequence, absl::Time deadline) {
  if (min_sequence == 0) return absl::OkStatus();
  if (deadline == absl::InfiniteFuture()) deadline = absl::Now() + kMaxSequenceWait;
  MutexLock lock(mutex_);
  if (open_ >= min_sequence) return absl::OkStatus();
  const Place place;
  if (!place.IsFree()) {
    return absl::ResourceExhaustedError(
        absl::StrCat("min_sequence: ", kMaxSequenceWaiters, " calls wait for a sequence number already"));
  }
  Waiter self{min_sequence, {}};
  const auto entry = waiting_.insert(&self);
  while (open_ < min_sequence && closed_.ok() && absl::Now() < deadline) self.called.WaitUntil(mutex_, deadline);
  waiting_.erase(entry);
  if (open_ >= min_sequence) return absl::OkStatus();
  if (!closed_.ok()) return closed_;
  return absl::DeadlineExceededError(
      absl::StrCat("min_sequence: the collection is at ", open_, " and did not come to ", min_sequence, " in time"));
}

int SequenceGate::Waiting() { return waiting; }

void SequenceGate::Open(uint64_t sequence) {
  MutexLock lock(mutex_);
  if (sequence <= open_) return;
  open_ = sequence;
  for (Waiter* waiter : waiting_) {
    if (waiter->min_sequence > open_) break;
    waiter->called.NotifyOne();
  }
}

void SequenceGate::Close(absl::Status reason) {
  MutexLock lock(mutex_);
  closed_ = std::move(reason);
  for (Waiter* waiter : waiting_) waiter->called.NotifyOne();
}

}  // namespace lookalike
