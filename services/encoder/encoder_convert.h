// SPDX-License-Identifier: Apache-2.0
// Between the messages of encoder.proto and what an Encoder takes and gives.
#pragma once

#include "absl/status/statusor.h"
#include "lookalike/v1/encoder.pb.h"

#include "libs/encoding/encoder.h"
#include "libs/rpc/convert.h"

namespace lookalike {

// A view of the message, which must outlive it.
inline ImageInput ToImageInput(const v1::EncodeImage& image) {
  ImageInput input{.bytes = image.content(), .crop = {}};
  if (image.has_crop()) input.crop = FromProto(image.crop());
  return input;
}

inline void ToProto(const absl::StatusOr<Embedding>& embedding, v1::EncodeResult& result) {
  if (embedding.ok()) {
    ToProto(*embedding, *result.mutable_embedding());
  } else {
    ToProto(embedding.status(), *result.mutable_error());
  }
}

}  // namespace lookalike
