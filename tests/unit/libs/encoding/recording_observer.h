// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "libs/encoding/encoder_observer.h"
#include "libs/sync/mutex.h"

namespace lookalike {

// Counts what an encoder tells.
class RecordingObserver : public EncoderObserver {
 public:
  void OnPrepared(absl::Duration decode_time, absl::Duration preprocess_time) override {
    MutexLock lock(mutex_);
    ++prepared_;
    sane_ = sane_ && decode_time >= absl::ZeroDuration() && preprocess_time >= absl::ZeroDuration();
  }
  void OnBatch(std::span<const absl::Duration> queue_times, absl::Duration inference_time) override {
    MutexLock lock(mutex_);
    pictures_ += queue_times.size();
    for (const absl::Duration time : queue_times) sane_ = sane_ && time >= absl::ZeroDuration();
    sane_ = sane_ && inference_time >= absl::ZeroDuration();
  }
  void OnRejected(const absl::Status& status, size_t pictures) override {
    MutexLock lock(mutex_);
    rejected_[status.code()] += pictures;
  }

  size_t prepared() const {
    ReaderMutexLock lock(mutex_);
    return prepared_;
  }
  size_t pictures() const {
    ReaderMutexLock lock(mutex_);
    return pictures_;
  }
  size_t rejected(absl::StatusCode code) const {
    ReaderMutexLock lock(mutex_);
    const auto found = rejected_.find(code);
    return found == rejected_.end() ? 0 : found->second;
  }
  bool sane() const {
    ReaderMutexLock lock(mutex_);
    return sane_;
  }

 private:
  mutable Mutex mutex_;
  size_t prepared_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t pictures_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<absl::StatusCode, size_t> rejected_ ABSL_GUARDED_BY(mutex_);
  bool sane_ ABSL_GUARDED_BY(mutex_) = true;
};

}  // namespace lookalike
