// SPDX-License-Identifier: Apache-2.0
#include "libs/file/published_file.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/small_disk.h"
#include "tests/unit/temporary_folder.h"

namespace lookalike {
namespace {

using testing::HasSubstr;

class PublishedFileTest : public testing::Test {
 protected:
  std::unique_ptr<PublishedFile> Create() {
    auto file = PublishedFile::Create(path_);
    EXPECT_EQ(file.status(), absl::OkStatus());
    return file.ok() ? *std::move(file) : nullptr;
  }

  static void Write(const std::string& path, const std::string& bytes) { std::ofstream(path) << bytes; }

  static std::string Read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TemporaryFolder folder_;
  const std::string path_ = folder_.File("file");
};

TEST_F(PublishedFileTest, AppearsWholeWhenItIsPublished) {
  const auto file = Create();
  ASSERT_EQ(file->Append("hello, "), absl::OkStatus());
  ASSERT_EQ(file->Append("world"), absl::OkStatus());
  EXPECT_FALSE(std::filesystem::exists(path_));
  ASSERT_EQ(file->Publish(), absl::OkStatus());
  EXPECT_EQ(Read(path_), "hello, world");
  EXPECT_EQ(folder_.Files(), 1u);
}

TEST_F(PublishedFileTest, TakesPiecesOfAnySize) {
  const auto file = Create();
  std::string expected;
  for (const size_t size : {1u, 1'000'000u, 100'000u, 3'000'000u, 0u, 7u, 1u << 20}) {
    const std::string piece(size, static_cast<char>('a' + expected.size() % 26));
    ASSERT_EQ(file->Append(piece), absl::OkStatus());
    expected += piece;
    EXPECT_EQ(file->size(), expected.size());
  }
  ASSERT_EQ(file->Publish(), absl::OkStatus());
  EXPECT_EQ(Read(path_), expected);
}

TEST_F(PublishedFileTest, ReplacesTheFileBefore) {
  Write(path_, "a longer one that was there before");
  const auto file = Create();
  ASSERT_EQ(file->Append("new"), absl::OkStatus());
  EXPECT_EQ(Read(path_), "a longer one that was there before");
  ASSERT_EQ(file->Publish(), absl::OkStatus());
  EXPECT_EQ(Read(path_), "new");
}

TEST_F(PublishedFileTest, LeavesNothingWhereItIsGivenUp) {
  Write(path_, "old");
  auto file = Create();
  ASSERT_EQ(file->Append(std::string(2'000'000, 'x')), absl::OkStatus());
  file.reset();
  EXPECT_EQ(Read(path_), "old");
  EXPECT_EQ(folder_.Files(), 1u);
}

TEST_F(PublishedFileTest, TakesOverTheTemporaryFileOfACrash) {
  Write(path_ + ".tmp", "half of something that was longer");
  const auto file = Create();
  ASSERT_EQ(file->Append("whole"), absl::OkStatus());
  ASSERT_EQ(file->Publish(), absl::OkStatus());
  EXPECT_EQ(Read(path_), "whole");
  EXPECT_EQ(folder_.Files(), 1u);
}

TEST_F(PublishedFileTest, TwoWritersOfOnePathDoNotMix) {
  const auto first = Create();
  ASSERT_EQ(first->Append("first"), absl::OkStatus());
  const absl::Status second = PublishedFile::Create(path_).status();
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.message()), HasSubstr(path_));
  ASSERT_EQ(first->Publish(), absl::OkStatus());
  EXPECT_EQ(Read(path_), "first");
  EXPECT_TRUE(PublishedFile::Create(path_).ok());
}

TEST_F(PublishedFileTest, SaysWhatCouldNotBeMade) {
  const absl::Status status = PublishedFile::Create(folder_.File("missing/file")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr(folder_.File("missing/file")));
}

TEST_F(PublishedFileTest, SaysWhatCouldNotBeReplaced) {
  std::filesystem::create_directory(path_);
  const auto file = Create();
  const absl::Status status = file->Publish();
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr("rename to " + path_));
  EXPECT_EQ(file->Append("x"), status);
}

TEST_F(PublishedFileTest, AFullDiskIsResourceExhaustedAndLeavesTheOldFile) {
  SmallDisk disk(4 << 20);
  if (!disk.mounted()) GTEST_SKIP() << "mounting a small disk is not permitted here";
  Write(disk.File("file"), "old");
  auto file = PublishedFile::Create(disk.File("file"));
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_EQ((*file)->Append(std::string(1 << 20, 'x')), absl::OkStatus());
  disk.Fill();
  const absl::Status full = (*file)->Append(std::string(1 << 20, 'x'));
  EXPECT_EQ(full.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ((*file)->Publish(), full);
  file->reset();
  EXPECT_EQ(Read(disk.File("file")), "old");
  EXPECT_FALSE(std::filesystem::exists(disk.File("file.tmp")));
}

TEST_F(PublishedFileTest, AFolderCanBeRenamedToo) {
  std::filesystem::create_directory(folder_.File("from"));
  Write(folder_.File("from/file"), "x");
  ASSERT_EQ(RenameAndSync(folder_.File("from"), folder_.File("to")), absl::OkStatus());
  EXPECT_EQ(Read(folder_.File("to/file")), "x");
  const absl::Status missing = RenameAndSync(folder_.File("from"), folder_.File("to"));
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()), HasSubstr(folder_.File("from")));
}

using PublishedFileDeathTest = PublishedFileTest;

// The process dies at a kill point on its way; the parent looks at what is left.
void PublishAndDieAt(const char* kill_point, const std::string& path) {
  setenv("LOOKALIKE_KILL_AT", kill_point, 1);
  auto file = PublishedFile::Create(path);
  if (file.ok() && (*file)->Append("new").ok()) (*file)->Publish().IgnoreError();
}

TEST_F(PublishedFileDeathTest, ACrashBeforeTheRenameLeavesTheOldFile) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const std::string path = testing::TempDir() + "/lookalike_crash_before_rename";
  Write(path, "old");
  EXPECT_EXIT(PublishAndDieAt("file.before_rename", path), testing::KilledBySignal(SIGKILL), "");
  EXPECT_EQ(Read(path), "old");
  std::filesystem::remove(path);
  std::filesystem::remove(path + ".tmp");
}

TEST_F(PublishedFileDeathTest, ACrashAfterTheRenameLeavesTheNewFile) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const std::string path = testing::TempDir() + "/lookalike_crash_after_rename";
  Write(path, "old");
  EXPECT_EXIT(PublishAndDieAt("file.after_rename", path), testing::KilledBySignal(SIGKILL), "");
  EXPECT_EQ(Read(path), "new");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace lookalike
