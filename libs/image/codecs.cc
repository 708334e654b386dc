// SPDX-License-Identifier: Apache-2.0
#include "libs/image/codecs.h"

#include "absl/strings/str_cat.h"

namespace lookalike {

absl::Status CheckMemory(int64_t needed, int64_t max_memory) {
  if (needed <= max_memory) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("image: decoding it takes ", needed,
                                                 " bytes of memory, more than the limit of ", max_memory,
                                                 " (max-image-decoded-bytes)"));
}

absl::Status CheckSameSize(int64_t width, int64_t height, const ImageHeader& header) {
  if (width == header.width && height == header.height) return absl::OkStatus();
  return DamagedData(
      absl::StrCat("it gives its size twice, ", header.width, " × ", header.height, " and ", width, " × ", height));
}

absl::Status DamagedData(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("image: its data is damaged and cannot be decoded", what.empty() ? "" : ": ", what));
}

}  // namespace lookalike
