// SPDX-License-Identifier: Apache-2.0
#include "services/encoder/encoder_service.h"

#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/rpc/deadline.h"
#include "libs/rpc/status.h"
#include "services/encoder/encode_session.h"
#include "services/encoder/encoder_convert.h"

namespace lookalike {

grpc::Status EncoderService::Encode(grpc::ServerContext* context, const v1::EncodeRequest* request,
                                    v1::EncodeResponse* response) {
  if (request->images().empty() || request->images_size() > kMaxEncodeImages) {
    return ToGrpcStatus(absl::InvalidArgumentError(
        absl::StrCat("images: must be 1 to ", kMaxEncodeImages, ", got ", request->images_size())));
  }
  std::vector<ImageInput> images;
  for (const v1::EncodeImage& image : request->images()) images.push_back(ToImageInput(image));
  const EncodeOptions options = {.deadline = DeadlineOf(*context),
                                 .lane = request->lane() == v1::LANE_BULK ? Lane::kBulk : Lane::kInteractive,
                                 .is_cancelled = [context] { return context->IsCancelled(); }};
  absl::StatusOr<Encoded> encoded = encoder_->Encode(images, options);
  if (!encoded.ok()) return ToGrpcStatus(encoded.status());
  response->set_model_id(encoded->model_id);
  for (const absl::StatusOr<Embedding>& embedding : encoded->embeddings) ToProto(embedding, *response->add_results());
  return grpc::Status::OK;
}

grpc::Status EncoderService::EncodeStream(
    grpc::ServerContext* context, grpc::ServerReaderWriter<v1::EncodeStreamResponse, v1::EncodeStreamRequest>* stream) {
  return EncodeSession({}, encoder_, context, stream).Run();
}

grpc::Status EncoderService::GetModel(grpc::ServerContext* context, const v1::GetModelRequest*, v1::Model* response) {
  absl::StatusOr<ModelInfo> model = encoder_->GetModel(DeadlineOf(*context));
  if (!model.ok()) return ToGrpcStatus(model.status());
  ToProto(*model, *response);
  return grpc::Status::OK;
}

}  // namespace lookalike
