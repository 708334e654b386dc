// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/scratch_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"

namespace lookalike {

namespace fs = std::filesystem;

absl::StatusOr<std::unique_ptr<ScratchFolder>> ScratchFolder::Make(const std::string& parent) {
  std::error_code error;
  const fs::path folder = parent.empty() ? fs::temp_directory_path(error) : fs::path(parent);
  std::string path = (folder / "lookalike-bench-XXXXXX").string();
  if (error || mkdtemp(path.data()) == nullptr) {
    return absl::PermissionDeniedError(
        absl::StrCat("--data-dir: cannot make a folder in \"", folder.string(), "\": ", std::strerror(errno)));
  }
  return std::unique_ptr<ScratchFolder>(new ScratchFolder(std::move(path)));
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;  // what cannot be removed is left lying
  fs::remove_all(path_, ignored);
}

void AddDataDirectoryFlag(CLI::App& command, std::string& parent) {
  command.add_option("--data-dir", parent,
                     "A folder on the disk to measure, in which one is made that is removed at the end; otherwise the "
                     "system's temporary folder, which may be in memory");
}

}  // namespace lookalike
