// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/encode_call.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"

namespace lookalike {
namespace {

// How soon a call whose client went away frees its thread and its places. Not how soon it stops costing work: that is
// asked before each picture is decoded and before each forward pass. With a hundred calls waiting it wakes a thread a
// thousand times a second, a hundredth of a core.
constexpr absl::Duration kCancellationCheckInterval = absl::Milliseconds(100);

}  // namespace

bool EncodeCall::CheckIsWanted() {
  if (returned_ || !given_up_.ok()) return false;
  // The deadline first: a call that is over it has often been cancelled by then as well.
  if (options_.deadline <= absl::Now()) {
    given_up_ = absl::DeadlineExceededError("the deadline passed before the pictures were encoded");
  } else if (options_.is_cancelled && options_.is_cancelled()) {
    given_up_ = absl::CancelledError("the caller waits no longer");
  }
  if (given_up_.ok()) return true;
  changed_.NotifyAll();
  return false;
}

bool EncodeCall::IsWanted() {
  MutexLock lock(mutex_);
  return CheckIsWanted();
}

std::optional<EncodeCall::PictureFile> EncodeCall::CopyPicture(size_t index) {
  MutexLock lock(mutex_);
  if (!CheckIsWanted()) return std::nullopt;
  return PictureFile{.bytes = std::string(images_[index].bytes), .crop = images_[index].crop};
}

void EncodeCall::Deliver(size_t index, absl::StatusOr<Embedding> result) {
  MutexLock lock(mutex_);
  results_[index] = std::move(result);
  if (--missing_ == 0) changed_.NotifyAll();
}

absl::StatusOr<std::vector<absl::StatusOr<Embedding>>> EncodeCall::Wait() {
  MutexLock lock(mutex_);
  while (missing_ > 0 && CheckIsWanted()) {
    const absl::Time check = options_.is_cancelled ? absl::Now() + kCancellationCheckInterval : absl::InfiniteFuture();
    changed_.WaitUntil(mutex_, std::min(options_.deadline, check));
  }
  returned_ = true;
  if (missing_ > 0) return given_up_;
  return std::move(results_);
}

}  // namespace lookalike
