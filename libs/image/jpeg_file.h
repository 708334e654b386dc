// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/image/image_header.h"

namespace lookalike {

// The parts of ReadImageHeader() and ReadToEnd() for JPEG: markers and segments, ITU-T T.81 annex B.
bool IsJpeg(absl::string_view bytes);
absl::StatusOr<ImageHeader> ReadJpegHeader(absl::string_view bytes);
absl::StatusOr<Orientation> ReadJpegToEnd(absl::string_view bytes);

}  // namespace lookalike
