// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "libs/encoding/local_encoder.h"
#include "libs/telemetry/metrics.h"

namespace lookalike {

// What an encoder does, as metrics: batch sizes, time in the queue, time in the model, pictures dropped.
class EncoderMetrics : public EncoderObserver {
 public:
  explicit EncoderMetrics(Metrics* metrics);

  void OnBatch(std::span<const absl::Duration> queue_times, absl::Duration inference_time) override;
  void OnDropped(size_t pictures) override;

 private:
  const Histogram batch_size_;
  const Histogram queue_seconds_;
  const Histogram inference_seconds_;
  const Counter dropped_;
};

}  // namespace lookalike
