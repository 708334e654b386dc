// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/image/image_header.h"

namespace lookalike {

// The parts of ReadImageHeader() and ReadToEnd() for WebP: a RIFF container of chunks, RFC 9649.
bool IsWebp(absl::string_view bytes);
absl::StatusOr<ImageHeader> ReadWebpHeader(absl::string_view bytes);
absl::StatusOr<Orientation> ReadWebpToEnd(absl::string_view bytes);

// The payload of the first chunk of a type, four letters; empty where there is none.
absl::string_view FindWebpChunk(absl::string_view bytes, absl::string_view type);

}  // namespace lookalike
