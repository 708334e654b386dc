// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/encoder_client.h"

#include <grpcpp/completion_queue.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "libs/rpc/convert.h"
#include "libs/rpc/deadline.h"
#include "libs/rpc/status.h"

namespace lookalike {
namespace {

// How soon a call is given up after its caller went away. Asking costs a microsecond or two.
constexpr absl::Duration kCancellationCheckInterval = absl::Milliseconds(20);

// Waits for the one event of the queue, and cancels the call, which then ends soon, when nobody wants it any more.
void AwaitUnlessCancelled(grpc::CompletionQueue& finished, grpc::ClientContext& context,
                          const CancellationCheck& is_cancelled) {
  void* tag = nullptr;
  bool ok = false;
  const auto next_check = [&] {
    return absl::ToChronoTime(is_cancelled ? absl::Now() + kCancellationCheckInterval : absl::InfiniteFuture());
  };
  while (finished.AsyncNext(&tag, &ok, next_check()) == grpc::CompletionQueue::TIMEOUT) {
    if (is_cancelled && is_cancelled()) context.TryCancel();
  }
}

}  // namespace

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

absl::StatusOr<Encoded> EncoderClient::Encode(std::span<const ImageInput> images, const EncodeOptions& options) {
  v1::EncodeRequest request;
  request.set_lane(options.lane == Lane::kBulk ? v1::LANE_BULK : v1::LANE_INTERACTIVE);
  for (const ImageInput& image : images) {
    v1::EncodeImage* proto = request.add_images();
    proto->set_content(image.bytes.data(), image.bytes.size());
    if (image.crop) ToProto(*image.crop, *proto->mutable_crop());
  }
  grpc::ClientContext context;
  SetDeadline(context, options.deadline);
  v1::EncodeResponse response;
  grpc::Status status;
  grpc::CompletionQueue finished;
  const auto call = stub_->AsyncEncode(&context, request, &finished);
  call->Finish(&response, &status, nullptr);
  AwaitUnlessCancelled(finished, context, options.is_cancelled);
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
