// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lookalike {

// A file that appears at its place whole or not at all. It is written beside its place, as path + ".tmp", synced and
// renamed: at any moment a crash or a power loss leaves the old file or the new one, and perhaps the temporary one,
// which the next Create() of the same path takes over.
//
// One thread at a time. Errors are the operating system's, with what they happened to; ResourceExhausted where the disk
// is full. After the first error every method returns it.
class PublishedFile {
 public:
  // FailedPrecondition where another PublishedFile, of this process or another, is writing the same path.
  static absl::StatusOr<std::unique_ptr<PublishedFile>> Create(const std::string& path);
  // Removes the temporary file where it was not published.
  ~PublishedFile();
  PublishedFile(const PublishedFile&) = delete;
  PublishedFile& operator=(const PublishedFile&) = delete;

  // Gathers small pieces to writes of 1 MiB. The disk is given its work as it comes, so that the sync at the end is
  // short and does not hold up the syncs of others.
  absl::Status Append(absl::string_view bytes);

  // Syncs the file, closes it, renames it to its path in the place of what was there, and syncs the directory.
  // Call once, last.
  absl::Status Publish();

  // Bytes appended so far.
  uint64_t size() const { return size_; }

 private:
  PublishedFile(std::string path, int file);

  absl::Status WriteOut(absl::string_view bytes);
  absl::Status PublishWritten();
  absl::Status Close();

  const std::string path_;
  const std::string temporary_;
  int file_;  // -1 once it is closed
  bool published_ = false;
  std::string buffer_;    // appended and not yet written
  uint64_t written_ = 0;  // bytes that the operating system has
  uint64_t size_ = 0;     // written_ and the buffer
  absl::Status status_;   // the first error
};

// Renames a file or a folder within its file system, and syncs the directory of `to`, so that the new name survives a
// power loss. What is in it must have been synced before.
absl::Status RenameAndSync(const std::string& from, const std::string& to);

}  // namespace lookalike
