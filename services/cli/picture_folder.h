// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace lookalike {

// A picture file, and its path relative to the folder it was found in, with '/' between the parts.
struct PictureFile {
  std::string relative_path;
  std::filesystem::path path;
};

// The picture files (.jpg, .jpeg, .png, .webp, .gif, .bmp, .tif, .tiff, whatever the case) in a folder and the folders
// in it, sorted by relative path. NotFound for a folder that is not there or cannot be read.
absl::StatusOr<std::vector<PictureFile>> FindPictures(const std::filesystem::path& folder);

// All bytes of a file. NotFound where it cannot be read.
absl::StatusOr<std::string> ReadFile(const std::filesystem::path& path);

// Writes a file, replacing what was there. PermissionDenied, or ResourceExhausted for a full disk.
absl::Status WriteFile(const std::filesystem::path& path, const std::string& bytes);

}  // namespace lookalike
