// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "libs/image/image.h"

namespace lookalike {

// A picture as the bytes of a file. InvalidArgument for an empty picture or a quality outside 1…100; the JPEG format
// ends at 65,535 pixels a side. Thread-safe; never throws. The same picture gives the same bytes on one machine.
absl::StatusOr<std::string> EncodePng(const Image& image);
absl::StatusOr<std::string> EncodeJpeg(const Image& image, int quality);

}  // namespace lookalike
