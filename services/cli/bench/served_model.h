// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <grpcpp/channel.h>

#include "absl/status/statusor.h"

#include "libs/encoding/local_encoder.h"
#include "libs/rpc/server_runner.h"
#include "libs/telemetry/metrics.h"
#include "services/encoder/encoder_service.h"
#include "services/encoder/options.h"

namespace lookalike {

// A model twice in one process, so that both meet the same slow seconds of a machine: bare, called directly, and
// behind the encoder service, called over gRPC on loopback.
class ServedModel {
 public:
  static absl::StatusOr<std::unique_ptr<ServedModel>> Start(const EncoderOptions& options);

  const ModelInfo& info() const { return model_->info(); }
  size_t workers() const { return workers_; }
  // A JPEG of the model's input size, which shows something.
  const std::string& picture() const { return picture_; }
  // Connected, and the service is SERVING.
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

  // One forward pass over one picture: microseconds.
  double TimePass();
  // Decoding and preprocessing one picture: microseconds.
  double TimePreparing() const;
  // Pictures a second of the bare model, all workers at it for so long, each with passes of `batch`.
  double BareThroughput(double seconds, size_t batch);
  // The batch in which the encoder itself found the model to be fastest.
  size_t best_batch() const { return best_batch_; }

 private:
  ServedModel() = default;

  std::unique_ptr<EmbeddingModel> model_;
  size_t workers_ = 0;
  size_t best_batch_ = 1;
  std::string picture_;
  Metrics metrics_;
  std::unique_ptr<LocalEncoder> encoder_;
  std::unique_ptr<EncoderService> service_;
  std::unique_ptr<GrpcServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace lookalike
