// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/vector_file.h"

#include <bit>
#include <cstdint>
#include <fstream>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/vector/embedding.h"

namespace lookalike {
namespace {

static_assert(std::endian::native == std::endian::little, "the values are read as the processor holds them");

constexpr char kNpyMagic[] = "\x93NUMPY\x01";  // version 1.x: the header's length follows in 2 bytes

// Reads the header of a .npy file where there is one, and stops behind it.
absl::Status SkipNpyHeader(std::ifstream& file, const std::string& path, size_t dimension) {
  std::string start(10, '\0');  // magic, version, length of the rest
  if (!file.read(start.data(), static_cast<std::streamsize>(start.size())) || !absl::StartsWith(start, kNpyMagic)) {
    file.clear();
    file.seekg(0);
    return absl::OkStatus();
  }
  const size_t length = static_cast<uint8_t>(start[8]) + 256u * static_cast<uint8_t>(start[9]);
  std::string header(length, '\0');
  const bool read = static_cast<bool>(file.read(header.data(), static_cast<std::streamsize>(length)));
  const bool rows_of_floats = read && absl::StrContains(header, "'descr': '<f4'") &&
                              absl::StrContains(header, "'fortran_order': False") &&
                              absl::StrContains(header, absl::StrCat(", ", dimension, ")"));
  if (rows_of_floats) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("\"", path, "\": its header says ", header, "; wanted is '<f4' in C order with --dim ", dimension));
}

// Bytes from where the file stands to its end.
size_t BytesLeft(std::ifstream& file) {
  const std::streamoff start = file.tellg();
  file.seekg(0, std::ios::end);
  const std::streamoff end = file.tellg();
  file.seekg(start);
  return static_cast<size_t>(end - start);
}

}  // namespace

absl::StatusOr<VectorTable> ReadVectorFile(const std::string& path, size_t dimension, size_t limit) {
  std::ifstream file(path, std::ios::binary);
  file.peek();  // fails for a folder, which opens
  if (file.bad() || !file.is_open()) return absl::NotFoundError(absl::StrCat("cannot read \"", path, "\""));
  if (absl::Status status = SkipNpyHeader(file, path, dimension); !status.ok()) return status;
  const size_t vector_bytes = dimension * sizeof(float), bytes = BytesLeft(file);
  if (bytes % vector_bytes != 0 || bytes == 0) {
    return absl::InvalidArgumentError(absl::StrCat("\"", path, "\": its ", bytes, " bytes are not a number of ",
                                                   vector_bytes, "-byte vectors, with --dim ", dimension));
  }
  size_t count = bytes / vector_bytes;
  if (limit > 0) count = std::min(count, limit);
  VectorTable vectors(dimension);
  vectors.Reserve(count);
  Embedding vector(dimension);
  for (size_t i = 0; i < count; ++i) {
    if (!file.read(reinterpret_cast<char*>(vector.data()), static_cast<std::streamsize>(vector_bytes))) {
      return absl::NotFoundError(absl::StrCat("cannot read \"", path, "\""));
    }
    if (absl::Status status = Normalize(vector); !status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("\"", path, "\": vector ", i, ": ", status.message()));
    }
    vectors.Append(vector);
  }
  return vectors;
}

}  // namespace lookalike
