// SPDX-License-Identifier: Apache-2.0
// What a directory holds after the process that wrote it has gone, in whatever way.
#include <csignal>
#include <fstream>

#include <sys/wait.h>

#include "libs/catalog/storage.h"
#include "tests/unit/libs/catalog/catalog_fixture.h"

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using CatalogRecoveryTest = CatalogFixture;

TEST_F(CatalogRecoveryTest, EverythingIsBackAfterARestart) {
  ASSERT_TRUE(Put(MakeItem("kept", {1, 0, 0, 0}, {{"color", "red"}})).ok());
  ASSERT_TRUE(Put(MakeItem("replaced", {1, 0, 0, 0})).ok());
  ASSERT_TRUE(Put(MakeItem("replaced", {0, 1, 0, 0})).ok());
  ASSERT_TRUE(Put(MakeItem("deleted", {1, 0, 0, 0})).ok());
  ASSERT_TRUE(Remove("deleted").ok());
  const CollectionInfo before = Info();
  Reopen();
  EXPECT_THAT(Find({1, 0, 0, 0}, 10), ElementsAre("kept", "replaced"));
  EXPECT_THAT(Find({1, 0, 0, 0}, 10, "color = \"red\""), ElementsAre("kept"));
  EXPECT_EQ(Info().items, before.items);
  EXPECT_EQ(Info().sequence, before.sequence);
  EXPECT_EQ(Info().schema, before.schema);
  EXPECT_EQ(Info().tombstones, before.tombstones) << "the snapshot brings the index back as it was";
}

// The child reports each acknowledged item through a pipe; the parent kills it in the middle of its work and demands
// every one of them back.
TEST_F(CatalogRecoveryTest, WhatWasAcknowledgedSurvivesKillNine) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "ThreadSanitizer does not follow a fork of a process with threads";
#endif
  catalog_.reset();
  for (int round = 0; round < 3; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      Open();
      for (int i = 0;; ++i) {
        const float angle = static_cast<float>(i);
        if (!Put(MakeItem(std::to_string(round) + "-" + std::to_string(i), {1, angle, 0, 0})).ok()) _exit(1);
        if (write(pipe_ends[1], &i, sizeof(i)) != sizeof(i)) _exit(1);
      }
    }
    close(pipe_ends[1]);  // so that reading ends where the child does
    int acknowledged = -1;
    const int enough = 20 * (round + 1);
    while (acknowledged < enough && read(pipe_ends[0], &acknowledged, sizeof(int)) == sizeof(int)) {
    }
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    while (read(pipe_ends[0], &acknowledged, sizeof(int)) == sizeof(int)) {
    }
    close(pipe_ends[0]);
    Open();
    for (int i = 0; i <= acknowledged; ++i) {
      EXPECT_TRUE(GetItem(std::to_string(round) + "-" + std::to_string(i)).ok()) << "acknowledged and lost: " << i;
    }
    EXPECT_EQ(ListAll(7).size(), Info().items);
    catalog_.reset();
  }
}

TEST_F(CatalogRecoveryTest, RefusesADirectoryInUse) {
  const auto second = Catalog::Open(OptionsOf(directory_));
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("in use by another process"));
}

TEST_F(CatalogRecoveryTest, RefusesADirectoryThatCannotBeMade) {
  std::ofstream(directory_ / "file") << "x";
  const auto opened = Catalog::Open(OptionsOf(directory_ / "file" / "below"));
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("below"));
}

TEST_F(CatalogRecoveryTest, RefusesADirectoryThatCannotBeWritten) {
  // Where not even root can make a file.
  const auto opened = Catalog::Open(OptionsOf("/proc/self"));
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr("\"/proc/self\" cannot be written"));
}

TEST_F(CatalogRecoveryTest, SaysSoWhereTheStoreIsDamaged) {
  ASSERT_TRUE(Put(MakeItem("x", {1, 0, 0, 0})).ok());
  catalog_.reset();
  std::ofstream(directory_ / "store" / "CURRENT", std::ios::trunc) << "MANIFEST-nonsense\n";
  const auto opened = Catalog::Open(OptionsOf(directory_));
  EXPECT_FALSE(opened.ok());
  EXPECT_THAT(std::string(opened.status().message()), HasSubstr(directory_.string()));
}

}  // namespace
}  // namespace lookalike
