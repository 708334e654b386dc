// SPDX-License-Identifier: Apache-2.0
#include "services/cli/picture_folder.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

namespace fs = std::filesystem;

bool IsPicture(const fs::path& path) {
  static const std::set<std::string> extensions = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"};
  return extensions.contains(absl::AsciiStrToLower(path.extension().string()));
}

}  // namespace

absl::StatusOr<std::vector<PictureFile>> FindPictures(const fs::path& folder) {
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  std::vector<PictureFile> pictures;
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (!entry->is_regular_file(error) || !IsPicture(entry->path())) continue;
    pictures.push_back({entry->path().lexically_relative(folder).generic_string(), entry->path()});
  }
  if (error) return absl::NotFoundError(absl::StrCat("cannot read \"", folder.string(), "\": ", error.message()));
  std::sort(pictures.begin(), pictures.end(),
            [](const PictureFile& a, const PictureFile& b) { return a.relative_path < b.relative_path; });
  return pictures;
}

absl::StatusOr<std::string> ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file.good() && !file.eof()) return absl::NotFoundError(absl::StrCat("cannot read \"", path.string(), "\""));
  return bytes;
}

absl::Status WriteFile(const fs::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!file) return absl::PermissionDeniedError(absl::StrCat("cannot write \"", path.string(), "\""));
  file << bytes;
  file.close();
  if (!file) return absl::ResourceExhaustedError(absl::StrCat("writing \"", path.string(), "\" failed: disk full?"));
  return absl::OkStatus();
}

}  // namespace lookalike
