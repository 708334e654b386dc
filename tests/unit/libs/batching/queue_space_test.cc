// SPDX-License-Identifier: Apache-2.0
#include "libs/batching/queue_space.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using testing::HasSubstr;

class QueueSpaceTest : public testing::Test {
 protected:
  absl::StatusOr<std::vector<QueueSpace::Place>> Take(std::vector<size_t> bytes) { return space_.Take(bytes); }

  QueueSpace space_{{.tasks = 3, .bytes = 100}};
};

TEST_F(QueueSpaceTest, CountsWhatIsTakenUntilItIsGivenBack) {
  {
    const auto places = Take({10, 20});
    ASSERT_TRUE(places.ok());
    EXPECT_EQ(space_.tasks(), 2);
    EXPECT_EQ(space_.bytes(), 30);
  }
  EXPECT_EQ(space_.tasks(), 0);
  EXPECT_EQ(space_.bytes(), 0);
}

TEST_F(QueueSpaceTest, RefusesWhenTooManyWait) {
  const auto places = Take({1, 1});
  const auto refused = Take({1, 1});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("2 tasks"));
  EXPECT_EQ(space_.tasks(), 2) << "all or none";
  EXPECT_TRUE(Take({1}).ok());
}

TEST_F(QueueSpaceTest, RefusesWhenTooManyBytesWait) {
  const auto places = Take({60});
  EXPECT_EQ(Take({41}).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(Take({40}).ok());
}

TEST_F(QueueSpaceTest, TellsWhatWouldNeverFitApart) {
  EXPECT_EQ(Take({1, 1, 1, 1}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Take({50, 51}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(QueueSpaceTest, AMovedPlaceIsGivenBackOnce) {
  auto places = Take({10, 20});
  QueueSpace::Place moved = std::move((*places)[0]);
  places->clear();
  EXPECT_EQ(space_.tasks(), 1);
  moved.Leave();
  moved.Leave();
  EXPECT_EQ(space_.tasks(), 0);
}

TEST_F(QueueSpaceTest, APlaceThatIsAssignedToGivesItsOwnBack) {
  auto first = Take({10}), second = Take({20});
  (*first)[0] = std::move((*second)[0]);
  EXPECT_EQ(space_.bytes(), 20);
}

TEST_F(QueueSpaceTest, IsNeverOverdrawnByManyThreads) {
  std::atomic<size_t> most = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        const auto places = space_.Take(std::vector<size_t>{30, 30});
        if (places.ok() && space_.bytes() > most) most = space_.bytes();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(most, 60);
  EXPECT_LE(most, 100);
  EXPECT_EQ(space_.tasks(), 0);
}

}  // namespace
}  // namespace lookalike
