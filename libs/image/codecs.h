// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <exception>
#include <new>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/image/image.h"
#include "libs/image/image_header.h"

namespace lookalike {

// The decoders, one a format, each the format's reference library but for BMP. They are called with what
// ReadImageHeader() and ReadToEnd() have accepted, refuse a picture whose size the library reads differently, and give
// 8-bit RGB as stored, before orientation. InvalidArgument, with a message for the sender, for damaged files and for
// what would take more than `max_memory` bytes; ResourceExhausted where memory runs out. They print nothing, use the
// calling thread alone, keep nothing between calls and never throw.
struct EncodedPicture {
  absl::string_view bytes;
  ImageHeader header;
  int64_t max_memory = 0;  // bytes beside the file itself, checked before they are taken
};

// At 1/reduction of the scale in the file, 1, 2, 4 or 8; sides are rounded up. Colour profiles are ignored, CMYK is
// turned to RGB without one: inverted as Adobe writes it where the file has Adobe's mark, else not.
absl::StatusOr<Image> DecodeJpeg(const EncodedPicture& picture, int reduction);

absl::StatusOr<Image> DecodePng(const EncodedPicture& picture);
absl::StatusOr<Image> DecodeWebp(const EncodedPicture& picture);

// The first frame, laid on a white screen.
absl::StatusOr<Image> DecodeGif(const EncodedPicture& picture);

absl::StatusOr<Image> DecodeBmp(const EncodedPicture& picture);

// The first picture of the file.
absl::StatusOr<Image> DecodeTiff(const EncodedPicture& picture);

// Their common refusals. InvalidArgument where `needed` bytes are more than the picture may take.
absl::Status CheckMemory(int64_t needed, int64_t max_memory);
absl::Status CheckSameSize(int64_t width, int64_t height, const ImageHeader& header);
absl::Status DamagedData(absl::string_view what);

// Runs a decoder, whose C++ parts may run out of memory.
template <typename Work>
absl::StatusOr<Image> WithoutExceptions(Work work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("image: out of memory");
  } catch (const std::exception& error) {
    return DamagedData(error.what());
  }
}

}  // namespace lookalike
