// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lookalike/v1/encoder.grpc.pb.h"

#include "libs/encoding/encoder.h"

namespace lookalike {

// The most pictures of one Encode call.
inline constexpr int kMaxEncodeImages = 64;

// lookalike.v1.Encoder over an Encoder of this process, which must outlive it.
class EncoderService final : public v1::Encoder::Service {
 public:
  explicit EncoderService(Encoder* encoder) : encoder_(encoder) {}

  grpc::Status Encode(grpc::ServerContext* context, const v1::EncodeRequest* request,
                      v1::EncodeResponse* response) override;
  grpc::Status EncodeStream(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::EncodeStreamResponse, v1::EncodeStreamRequest>* stream) override;
  grpc::Status GetModel(grpc::ServerContext* context, const v1::GetModelRequest* request, v1::Model* response) override;

 private:
  Encoder* const encoder_;
};

}  // namespace lookalike
