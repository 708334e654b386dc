// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/image/image_header.h"

namespace lookalike {

// The parts of ReadImageHeader() and ReadToEnd() for GIF: blocks and sub-blocks, CompuServe's "Graphics Interchange
// Format, version 89a". The end is that of the first frame, the only one that is decoded.
bool IsGif(absl::string_view bytes);
absl::StatusOr<ImageHeader> ReadGifHeader(absl::string_view bytes);
absl::StatusOr<Orientation> ReadGifToEnd(absl::string_view bytes);

}  // namespace lookalike
