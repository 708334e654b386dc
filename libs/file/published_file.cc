// SPDX-License-Identifier: Apache-2.0
#include "libs/file/published_file.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

#include "libs/file/kill_point.h"

namespace lookalike {
namespace {

constexpr size_t kBufferBytes = 1 << 20;

absl::Status ErrnoStatus(absl::string_view what, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat(what, " ", path));
}

// Whether `path` still is the file that was opened as `file`.
bool IsStillAt(const std::string& path, int file) {
  struct stat opened, named;
  return fstat(file, &opened) == 0 && stat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

// The lock keeps two writers of one path from mixing their bytes. Nothing is cut off before it is held, and not where
// the file has meanwhile been published by the writer before: then it is no longer a temporary one.
absl::StatusOr<int> OpenAlone(const std::string& temporary) {
  const int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return ErrnoStatus("create", temporary);
  absl::Status status;
  if (flock(file, LOCK_EX | LOCK_NB) != 0 || !IsStillAt(temporary, file)) {
    status = absl::FailedPreconditionError(absl::StrCat(temporary, " is being written by someone else"));
  } else if (ftruncate(file, 0) != 0) {
    status = ErrnoStatus("truncate", temporary);
  }
  if (status.ok()) return file;
  close(file);
  return status;
}

// Makes what was renamed to `path` survive a power loss.
absl::Status SyncDirectoryOf(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const std::string parent = folder.empty() ? "." : folder.string();
  const int directory = open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return ErrnoStatus("open", parent);
  absl::Status status;
  if (fsync(directory) != 0) status = ErrnoStatus("sync", parent);
  close(directory);
  return status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PublishedFile>> PublishedFile::Create(const std::string& path) {
  const absl::StatusOr<int> file = OpenAlone(absl::StrCat(path, ".tmp"));
  if (!file.ok()) return file.status();
  return std::unique_ptr<PublishedFile>(new PublishedFile(path, *file));
}

PublishedFile::PublishedFile(std::string path, int file)
    : path_(std::move(path)), temporary_(absl::StrCat(path_, ".tmp")), file_(file) {
  buffer_.reserve(kBufferBytes);
}

PublishedFile::~PublishedFile() {
  if (!published_) unlink(temporary_.c_str());
  Close().IgnoreError();  // what was published has been closed already
}

absl::Status PublishedFile::Append(absl::string_view bytes) {
  if (!status_.ok()) return status_;
  size_ += bytes.size();
  if (buffer_.size() + bytes.size() >= kBufferBytes) {
    status_ = WriteOut(buffer_);
    buffer_.clear();
    if (status_.ok() && bytes.size() >= kBufferBytes) {
      status_ = WriteOut(bytes);
      return status_;
    }
  }
  buffer_.append(bytes.data(), bytes.size());
  return status_;
}

absl::Status PublishedFile::WriteOut(absl::string_view bytes) {
  const uint64_t begin = written_;
  while (!bytes.empty()) {
    const ssize_t count = write(file_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoStatus("write", temporary_);
    bytes.remove_prefix(static_cast<size_t>(count));
    written_ += static_cast<uint64_t>(count);
  }
  // A hint to begin; where a file system does not know it, the sync at the end does all.
  sync_file_range(file_, static_cast<off_t>(begin), static_cast<off_t>(written_ - begin), SYNC_FILE_RANGE_WRITE);
  return absl::OkStatus();
}

absl::Status PublishedFile::Publish() {
  if (status_.ok()) status_ = PublishWritten();
  return status_;
}

absl::Status PublishedFile::PublishWritten() {
  if (absl::Status status = WriteOut(buffer_); !status.ok()) return status;
  if (fsync(file_) != 0) return ErrnoStatus("sync", temporary_);
  KillPoint("file.before_rename");
  if (rename(temporary_.c_str(), path_.c_str()) != 0) return ErrnoStatus("rename to", path_);
  published_ = true;
  KillPoint("file.after_rename");
  // Closed after the rename, because the lock goes with it.
  if (absl::Status status = Close(); !status.ok()) return status;
  return SyncDirectoryOf(path_);
}

absl::Status PublishedFile::Close() {
  if (file_ < 0) return absl::OkStatus();
  const int file = std::exchange(file_, -1);
  return close(file) == 0 ? absl::OkStatus() : ErrnoStatus("close", temporary_);
}

absl::Status RenameAndSync(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) != 0) return ErrnoStatus(absl::StrCat("rename ", from, " to"), to);
  return SyncDirectoryOf(to);
}

}  // namespace lookalike
