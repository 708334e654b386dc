// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/image/image_header.h"

namespace lookalike {

// The parts of ReadImageHeader() and ReadToEnd() for PNG: a signature and chunks, W3C "Portable Network Graphics",
// section 5.
bool IsPng(absl::string_view bytes);
absl::StatusOr<ImageHeader> ReadPngHeader(absl::string_view bytes);
absl::StatusOr<Orientation> ReadPngToEnd(absl::string_view bytes);

}  // namespace lookalike
