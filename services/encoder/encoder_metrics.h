// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "libs/encoding/local_encoder.h"
#include "libs/telemetry/metrics.h"

namespace lookalike {

// What an encoder does, as metrics: what a picture's time goes into, batch sizes, and what was not encoded.
class EncoderMetrics : public EncoderObserver {
 public:
  explicit EncoderMetrics(Metrics* metrics);

  void OnPrepared(absl::Duration decode_time, absl::Duration preprocess_time) override;
  void OnBatch(std::span<const absl::Duration> queue_times, absl::Duration inference_time) override;
  void OnRejected(const absl::Status& status, size_t pictures) override;

 private:
  Metrics* const metrics_;
  const Histogram decode_seconds_;
  const Histogram preprocess_seconds_;
  const Histogram batch_size_;
  const Histogram queue_seconds_;
  const Histogram inference_seconds_;
};

// What waits in the encoder's lanes, as gauges while they are kept; not longer than both.
std::vector<GaugeCallbackRegistration> AddQueueGauges(const LocalEncoder* encoder, Metrics* metrics);

}  // namespace lookalike
