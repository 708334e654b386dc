// SPDX-License-Identifier: Apache-2.0
#include "services/encoder/make_encoder.h"

#include <utility>

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
  return MeteredEncoder::Create(encoder_options, *std::move(model), metrics);
}

}  // namespace lookalike
