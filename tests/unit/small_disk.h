// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

namespace lookalike {

// A file system of a few bytes, to be filled: a tmpfs that is mounted for the test and goes with it. Mounting takes the
// rights of an administrator; ask mounted() first, and skip the test without it.
class SmallDisk {
 public:
  explicit SmallDisk(size_t bytes) : path_(testing::TempDir() + "/lookalike_disk_XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) std::abort();
    mounted_ = mount("tmpfs", path_.c_str(), "tmpfs", 0, ("size=" + std::to_string(bytes)).c_str()) == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

  // Takes all of the space that is left but `leave` bytes, until Free.
  void Fill(size_t leave = 0) {
    const size_t free = std::filesystem::space(path_).available;
    if (free <= leave) return;
    const int file = open(Ballast().c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    EXPECT_EQ(posix_fallocate(file, 0, static_cast<off_t>(free - leave)), 0);
    close(file);
  }
  void Free() { std::filesystem::remove(Ballast()); }

 private:
  std::string Ballast() const { return File("ballast"); }

  std::string path_;
  bool mounted_ = false;
};

}  // namespace lookalike
