// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/encoder_client.h"

#include "absl/strings/str_cat.h"

#include "libs/rpc/convert.h"
#include "libs/rpc/deadline.h"
#include "libs/rpc/status.h"

namespace lookalike {

ChannelOptions EncoderClient::Channel() {
  ChannelOptions options;
  options.service = v1::Encoder::service_full_name();
  options.idempotent_methods = {"Encode", "GetModel"};
  return options;
}

absl::StatusOr<ModelInfo> EncoderClient::GetModel(absl::Time deadline) {
  grpc::ClientContext context;
  SetDeadline(context, deadline);
  v1::Model model;
  const grpc::Status status = stub_->GetModel(&context, {}, &model);
  if (!status.ok()) return FromGrpcStatus(status);
  return FromProto(model);
}

absl::StatusOr<Encoded> EncoderClient::Encode(std::span<const ImageInput> images, absl::Time deadline) {
  v1::EncodeRequest request;
  for (const ImageInput& image : images) {
    v1::EncodeImage* proto = request.add_images();
    proto->set_content(image.bytes.data(), image.bytes.size());
    if (image.crop) ToProto(*image.crop, *proto->mutable_crop());
  }
  grpc::ClientContext context;
  SetDeadline(context, deadline);
  v1::EncodeResponse response;
  const grpc::Status status = stub_->Encode(&context, request, &response);
  if (!status.ok()) return FromGrpcStatus(status);
  if (static_cast<size_t>(response.results_size()) != images.size()) {
    return absl::InternalError(
        absl::StrCat("the encoder answered ", response.results_size(), " results for ", images.size(), " images"));
  }
  Encoded encoded;
  encoded.model_id = response.model_id();
  for (const v1::EncodeResult& result : response.results()) {
    if (result.has_embedding()) {
      encoded.embeddings.emplace_back(FromProto(result.embedding()));
    } else {
      encoded.embeddings.emplace_back(FromProto(result.error()));
    }
  }
  return encoded;
}

}  // namespace lookalike
