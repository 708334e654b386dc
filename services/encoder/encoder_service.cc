// SPDX-License-Identifier: Apache-2.0
#include "services/encoder/encoder_service.h"

#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/rpc/convert.h"
#include "libs/rpc/deadline.h"
#include "libs/rpc/status.h"

namespace lookalike {

grpc::Status EncoderService::Encode(grpc::ServerContext* context, const v1::EncodeRequest* request,
                                    v1::EncodeResponse* response) {
  if (request->images().empty() || request->images_size() > kMaxEncodeImages) {
    return ToGrpcStatus(absl::InvalidArgumentError(
        absl::StrCat("images: must be 1 to ", kMaxEncodeImages, ", got ", request->images_size())));
  }
  std::vector<ImageInput> images;
  for (const v1::EncodeImage& image : request->images()) {
    images.push_back({.bytes = image.content(), .crop = {}});
    if (image.has_crop()) images.back().crop = FromProto(image.crop());
  }
  const EncodeOptions options = {.deadline = DeadlineOf(*context),
                                 .lane = request->lane() == v1::LANE_BULK ? Lane::kBulk : Lane::kInteractive,
                                 .is_cancelled = [context] { return context->IsCancelled(); }};
  absl::StatusOr<Encoded> encoded = encoder_->Encode(images, options);
  if (!encoded.ok()) return ToGrpcStatus(encoded.status());
  response->set_model_id(encoded->model_id);
  for (const absl::StatusOr<Embedding>& embedding : encoded->embeddings) {
    v1::EncodeResult* result = response->add_results();
    if (embedding.ok()) {
      ToProto(*embedding, *result->mutable_embedding());
    } else {
      ToProto(embedding.status(), *result->mutable_error());
    }
  }
  return grpc::Status::OK;
}

grpc::Status EncoderService::GetModel(grpc::ServerContext* context, const v1::GetModelRequest*, v1::Model* response) {
  absl::StatusOr<ModelInfo> model = encoder_->GetModel(DeadlineOf(*context));
  if (!model.ok()) return ToGrpcStatus(model.status());
  ToProto(*model, *response);
  return grpc::Status::OK;
}

}  // namespace lookalike
