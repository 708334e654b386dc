// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace lookalike {

// A folder of its own, which goes with the object.
class ScratchFolder {
 public:
  // Made in `parent`; where that is empty, in the system's temporary folder (TMPDIR, else /tmp). PermissionDenied where
  // it cannot be.
  static absl::StatusOr<std::unique_ptr<ScratchFolder>> Make(const std::string& parent);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}
  const std::string path_;
};

// The flag --data-dir of the benches that write to disk: the parent of their folder.
void AddDataDirectoryFlag(CLI::App& command, std::string& parent);

}  // namespace lookalike
