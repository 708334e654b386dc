// SPDX-License-Identifier: Apache-2.0
#include "services/encoder/encoder_metrics.h"

namespace lookalike {

EncoderMetrics::EncoderMetrics(Metrics* metrics)
    : batch_size_(metrics->AddHistogram("lookalike_encoder_batch_size", "Pictures of a forward pass",
                                        {1, 2, 4, 8, 16, 32, 64, 128, 256})),
      queue_seconds_(metrics->AddHistogram("lookalike_encoder_queue_seconds",
                                           "Time a picture waited for its forward pass to begin", LatencyBuckets())),
      inference_seconds_(
          metrics->AddHistogram("lookalike_encoder_inference_seconds", "Time of a forward pass", LatencyBuckets())),
      dropped_(metrics->AddCounter("lookalike_encoder_dropped_total",
                                   "Pictures dropped before a forward pass, since nobody waited for them any more")) {}

void EncoderMetrics::OnBatch(std::span<const absl::Duration> queue_times, absl::Duration inference_time) {
  batch_size_.Observe(static_cast<double>(queue_times.size()));
  for (const absl::Duration time : queue_times) queue_seconds_.Observe(absl::ToDoubleSeconds(time));
  inference_seconds_.Observe(absl::ToDoubleSeconds(inference_time));
}

void EncoderMetrics::OnDropped(size_t pictures) { dropped_.Increment(static_cast<double>(pictures)); }

}  // namespace lookalike
