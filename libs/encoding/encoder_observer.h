// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace lookalike {

// Learns what a LocalEncoder does; for metrics. Called by many threads at a time: must be thread-safe and quick.
class EncoderObserver {
 public:
  virtual ~EncoderObserver() = default;

  // A picture was decoded and cropped, and then made into the model's input.
  virtual void OnPrepared(absl::Duration decode_time, absl::Duration preprocess_time) = 0;

  // A forward pass over `queue_times.size()` pictures is done. queue_times: how long each had waited, for decoding and
  // for the pass to begin.
  virtual void OnBatch(std::span<const absl::Duration> queue_times, absl::Duration inference_time) = 0;

  // A call of so many pictures ended with an error: ResourceExhausted (its lane was full, or its deadline too near),
  // DeadlineExceeded, Cancelled, InvalidArgument (more in one call than may ever wait) or Unavailable.
  virtual void OnRejected(const absl::Status& status, size_t pictures) = 0;
};

}  // namespace lookalike
