// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "lookalike/v1/encoder.grpc.pb.h"

#include "libs/encoding/encoder.h"
#include "libs/rpc/channel.h"

namespace lookalike {

// An Encoder behind gRPC. The channel (libs/rpc/channel.h) spreads calls over the replicas and tries again elsewhere
// when one is gone: encoding the same picture twice does no harm.
class EncoderClient : public Encoder {
 public:
  // How its channel should be made (libs/rpc/channel.h).
  static ChannelOptions Channel();

  explicit EncoderClient(const std::shared_ptr<grpc::Channel>& channel) : stub_(v1::Encoder::NewStub(channel)) {}

  absl::StatusOr<ModelInfo> GetModel(absl::Time deadline) override;
  absl::StatusOr<Encoded> Encode(std::span<const ImageInput> images, const EncodeOptions& options) override;

 private:
  const std::unique_ptr<v1::Encoder::Stub> stub_;
};

}  // namespace lookalike
