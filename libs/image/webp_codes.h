// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lookalike {

// The memory that libwebp's tables of prefix codes will take for a WebP file, in bytes. A lossless picture, and a
// lossless alpha, may bring another group of five codes for every 4 × 4 pixels, each with tables of 20 kB: 300 kB of
// file can ask for 1.3 GB. libwebp has no limit for it, so that we read the beginning of the picture ourselves, up to
// where the groups are assigned (RFC 9649, section 3). 0 for a lossy file without lossless alpha.
// `width` and `height`: the picture's. InvalidArgument where the data ends or makes no sense before.
absl::StatusOr<int64_t> WebpCodeBytes(absl::string_view file, int64_t width, int64_t height);

}  // namespace lookalike
