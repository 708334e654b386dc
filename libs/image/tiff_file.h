// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/image/image_header.h"

namespace lookalike {

// The part of ReadImageHeader() for TIFF: the first directory of tags, Adobe's "TIFF, revision 6.0", section 2. Others
// are not looked at, nor the directories within it. BigTIFF, which is for files of more than 4 GiB, is refused.
bool IsTiff(absl::string_view bytes);
absl::StatusOr<ImageHeader> ReadTiffHeader(absl::string_view bytes);

}  // namespace lookalike
