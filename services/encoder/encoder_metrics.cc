// SPDX-License-Identifier: Apache-2.0
#include "services/encoder/encoder_metrics.h"

namespace lookalike {
namespace {

const char* Reason(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kResourceExhausted:
      return "full";
    case absl::StatusCode::kDeadlineExceeded:
      return "expired";
    case absl::StatusCode::kCancelled:
      return "cancelled";
    case absl::StatusCode::kInvalidArgument:
      return "too_large";
    default:
      return "other";
  }
}

}  // namespace

EncoderMetrics::EncoderMetrics(Metrics* metrics)
    : metrics_(metrics),
      decode_seconds_(metrics->AddHistogram("lookalike_encoder_decode_seconds", "Time to decode and crop a picture",
                                            LatencyBuckets())),
      preprocess_seconds_(metrics->AddHistogram("lookalike_encoder_preprocess_seconds",
                                                "Time to make a decoded picture into the model's input",
                                                LatencyBuckets())),
      batch_size_(metrics->AddHistogram("lookalike_encoder_batch_size", "Pictures of a forward pass",
                                        {1, 2, 4, 8, 16, 32, 64, 128, 256})),
      queue_seconds_(metrics->AddHistogram("lookalike_encoder_queue_seconds",
                                           "Time a picture waited for a decoder and for its forward pass to begin",
                                           LatencyBuckets())),
      inference_seconds_(
          metrics->AddHistogram("lookalike_encoder_inference_seconds", "Time of a forward pass", LatencyBuckets())) {}

void EncoderMetrics::OnPrepared(absl::Duration decode_time, absl::Duration preprocess_time) {
  decode_seconds_.Observe(absl::ToDoubleSeconds(decode_time));
  preprocess_seconds_.Observe(absl::ToDoubleSeconds(preprocess_time));
}

void EncoderMetrics::OnBatch(std::span<const absl::Duration> queue_times, absl::Duration inference_time) {
  batch_size_.Observe(static_cast<double>(queue_times.size()));
  for (const absl::Duration time : queue_times) queue_seconds_.Observe(absl::ToDoubleSeconds(time));
  inference_seconds_.Observe(absl::ToDoubleSeconds(inference_time));
}

void EncoderMetrics::OnRejected(const absl::Status& status, size_t pictures) {
  metrics_
      ->AddCounter("lookalike_encoder_rejected_total", "Pictures of calls that ended with an error, by its reason",
                   {{"reason", Reason(status)}})
      .Increment(static_cast<double>(pictures));
}

std::vector<GaugeCallbackRegistration> AddQueueGauges(const LocalEncoder* encoder, Metrics* metrics) {
  std::vector<GaugeCallbackRegistration> gauges;
  for (const Lane lane : {Lane::kInteractive, Lane::kBulk}) {
    const MetricLabels labels = {{"lane", ToString(lane)}};
    gauges.push_back(
        metrics->AddGaugeCallback("lookalike_encoder_queued_images", "Pictures that wait for the model", labels,
                                  [encoder, lane] { return static_cast<double>(encoder->waiting(lane)); }));
    gauges.push_back(metrics->AddGaugeCallback(
        "lookalike_encoder_queued_bytes", "Memory of the pictures that wait for the model", labels,
        [encoder, lane] { return static_cast<double>(encoder->waiting_bytes(lane)); }));
  }
  return gauges;
}

}  // namespace lookalike
