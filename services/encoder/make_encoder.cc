// SPDX-License-Identifier: Apache-2.0
#include "services/encoder/make_encoder.h"

#include <utility>
#include <vector>

#include "libs/encoding/cached_encoder.h"
#include "libs/encoding/model_bundle.h"
#include "libs/encoding/torchscript_model.h"
#include "libs/telemetry/log.h"
#include "services/encoder/encoder_metrics.h"

namespace lookalike {
namespace {

// An encoder together with the metrics that it reports to, which must go after it.
class MeteredEncoder : public Encoder {
 public:
  static absl::StatusOr<std::unique_ptr<Encoder>> Create(LocalEncoder::Options options,
                                                         std::unique_ptr<EmbeddingModel> model, Metrics* metrics) {
    auto metered = std::unique_ptr<MeteredEncoder>(new MeteredEncoder(metrics));
    options.observer = &metered->metrics_;
    absl::StatusOr<std::unique_ptr<LocalEncoder>> encoder = LocalEncoder::Create(options, std::move(model));
    if (!encoder.ok()) return encoder.status();
    metered->encoder_ = *std::move(encoder);
    metered->gauges_ = AddQueueGauges(metered->encoder_.get(), metrics);
    return metered;
  }

  absl::StatusOr<ModelInfo> GetModel(absl::Time deadline) override { return encoder_->GetModel(deadline); }
  absl::StatusOr<Encoded> Encode(std::span<const ImageInput> images, const EncodeOptions& options) override {
    return encoder_->Encode(images, options);
  }

 private:
  explicit MeteredEncoder(Metrics* metrics) : metrics_(metrics) {}

  EncoderMetrics metrics_;
  std::unique_ptr<LocalEncoder> encoder_;
  std::vector<GaugeCallbackRegistration> gauges_;
};

// The same for what remembers embeddings.
class MeteredCache : public Encoder {
 public:
  MeteredCache(std::unique_ptr<Encoder> encoder, size_t max_bytes, Metrics* metrics)
      : encoder_(std::move(encoder), max_bytes), metrics_(AddMetrics(encoder_, metrics)) {}

  absl::StatusOr<ModelInfo> GetModel(absl::Time deadline) override { return encoder_.GetModel(deadline); }
  absl::StatusOr<Encoded> Encode(std::span<const ImageInput> images, const EncodeOptions& options) override {
    return encoder_.Encode(images, options);
  }

 private:
  static std::vector<GaugeCallbackRegistration> AddMetrics(const CachedEncoder& encoder, Metrics* metrics) {
    std::vector<GaugeCallbackRegistration> added;
    const auto add = [&](const char* name, const char* help, auto&& value_of) {
      added.push_back(metrics->AddGaugeCallback(
          name, help, {}, [&encoder, value_of] { return static_cast<double>(value_of(encoder.figures())); }));
    };
    using Figures = CachedEncoder::Figures;
    add("lookalike_encoder_cache_hits", "Pictures whose embedding was remembered; only goes up",
        [](const Figures& figures) { return figures.hits; });
    add("lookalike_encoder_cache_shared", "Pictures that were being encoded already when asked for; only goes up",
        [](const Figures& figures) { return figures.shared; });
    add("lookalike_encoder_cache_misses", "Pictures that had to be encoded; only goes up",
        [](const Figures& figures) { return figures.misses; });
    add("lookalike_encoder_cache_entries", "Embeddings that are remembered",
        [](const Figures& figures) { return figures.entries; });
    add("lookalike_encoder_cache_bytes", "Memory of the embeddings that are remembered",
        [](const Figures& figures) { return figures.bytes; });
    return added;
  }

  CachedEncoder encoder_;
  const std::vector<GaugeCallbackRegistration> metrics_;  // read encoder_, so they go before it
};

void LogModel(const ModelInfo& model) {
  LogInfo("model loaded", {{"model_id", model.id},
                           {"dimension", model.dimension},
                           {"input_size", model.input_size},
                           {"device", model.device},
                           {"engine", model.engine},
                           {"weights", model.weights}});
  if (model.weights == ToString(WeightsProvenance::kUntrained)) {
    LogWarning("the model is untrained: its weights are random, and what it finds is hardly more than chance",
               {{"model_id", model.id}});
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Encoder>> MakeEncoder(const EncoderOptions& options, Metrics* metrics) {
  absl::StatusOr<ModelBundle> bundle = LoadModelBundle(options.model);
  if (!bundle.ok()) return bundle.status();
  absl::StatusOr<std::unique_ptr<TorchScriptModel>> model = TorchScriptModel::Create(*bundle, options.device);
  if (!model.ok()) return model.status();
  LogModel((*model)->info());
  LocalEncoder::Options encoder_options = options.encoder;
  encoder_options.max_queue_delay = absl::Milliseconds(options.max_queue_delay_ms);
  absl::StatusOr<std::unique_ptr<Encoder>> encoder =
      MeteredEncoder::Create(encoder_options, *std::move(model), metrics);
  if (!encoder.ok() || options.cache_bytes == 0) return encoder;
  return std::make_unique<MeteredCache>(*std::move(encoder), options.cache_bytes, metrics);
}

}  // namespace lookalike
