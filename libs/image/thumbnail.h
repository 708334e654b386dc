// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/image/decode.h"
#include "libs/image/image.h"

namespace lookalike {

// The picture reduced so that neither side is longer than `side` pixels (at least 1), its shape kept. One that is small
// enough already, or has no pixels, comes back as it is. Thread-safe.
Image ScaleToFit(const Image& image, int side);

// The file of a picture, in any format that DecodeImage() knows, as a small JPEG: cropped where `crop` says so,
// upright, neither side longer than `side` pixels. Errors: those of DecodeImage(). Thread-safe.
absl::StatusOr<std::string> MakeThumbnail(absl::string_view bytes, const std::optional<CropBox>& crop, int side,
                                          const ImageLimits& limits = ImageLimits());

}  // namespace lookalike
