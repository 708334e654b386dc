// SPDX-License-Identifier: Apache-2.0
#include "libs/batching/batch_queue.h"

#include <atomic>
#include <memory>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lookalike {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Queue = BatchQueue<int>;

// A queue on a clock that stands still until a test moves it. No test waits for real time: the delay is zero (a batch
// is whatever is there) or infinite (a batch is a full one).
class BatchQueueTest : public testing::Test {
 protected:
  void Open(absl::Duration max_queue_delay, size_t max_batch_size = 3, size_t max_queued_tasks = 100) {
    queue_ = std::make_unique<Queue>(Queue::Options{.max_batch_size = max_batch_size,
                                                    .max_queue_delay = max_queue_delay,
                                                    .max_queued_tasks = max_queued_tasks,
                                                    .now = [this] { return now_; }});
  }

  void Push(std::initializer_list<int> tasks, absl::Duration patience = absl::InfiniteDuration()) {
    for (const int task : tasks) ASSERT_TRUE(queue_->Push(task, now_ + patience).ok());
  }

  static std::vector<int> Tasks(const std::vector<Queue::Entry>& entries) {
    std::vector<int> tasks;
    for (const Queue::Entry& entry : entries) tasks.push_back(entry.task);
    return tasks;
  }

  std::vector<int> PopReady() { return Tasks(queue_->PopBatch().ready); }

  absl::Time now_ = absl::FromUnixSeconds(1'000'000);
  std::unique_ptr<Queue> queue_;
};

TEST_F(BatchQueueTest, HandsOutWhatIsThereInOrderWhenThereIsNoDelay) {
  Open(absl::ZeroDuration());
  Push({1, 2});
  EXPECT_THAT(PopReady(), ElementsAre(1, 2));
}

TEST_F(BatchQueueTest, FormsNoBatchAboveTheLargestSize) {
  Open(absl::ZeroDuration());
  Push({1, 2, 3, 4});
  EXPECT_THAT(PopReady(), ElementsAre(1, 2, 3));
  EXPECT_THAT(PopReady(), ElementsAre(4));
}

TEST_F(BatchQueueTest, WaitsForAFullBatchWithinTheDelay) {
  Open(absl::InfiniteDuration());
  Push({1});
  std::vector<int> batch;
  std::thread worker([&] { batch = PopReady(); });
  Push({2, 3});
  worker.join();
  EXPECT_THAT(batch, ElementsAre(1, 2, 3));
}

TEST_F(BatchQueueTest, StopsWaitingForCompanyWhenTheOldestHasWaitedTheDelay) {
  Open(absl::Minutes(5));
  Push({1});
  now_ += absl::Minutes(5);
  Push({2});
  EXPECT_THAT(PopReady(), ElementsAre(1, 2));
}

TEST_F(BatchQueueTest, WakesByItselfAtTheEndOfTheDelay) {
  Queue queue(Queue::Options{.max_batch_size = 3, .max_queue_delay = absl::Milliseconds(1)});
  ASSERT_TRUE(queue.Push(1, absl::InfiniteFuture()).ok());
  EXPECT_THAT(Tasks(queue.PopBatch().ready), ElementsAre(1));
}

TEST_F(BatchQueueTest, HandsBackExpiredTasksApart) {
  Open(absl::ZeroDuration());
  Push({1}, absl::Seconds(10));
  Push({2}, absl::Seconds(1));
  Push({3}, absl::Seconds(10));
  now_ += absl::Seconds(1);
  const Queue::Batch batch = queue_->PopBatch();
  EXPECT_THAT(Tasks(batch.ready), ElementsAre(1, 3));
  EXPECT_THAT(Tasks(batch.expired), ElementsAre(2));
}

TEST_F(BatchQueueTest, ExpiredTasksTakeNoPlaceInABatch) {
  Open(absl::ZeroDuration());
  Push({1, 2}, absl::Seconds(1));
  Push({3, 4, 5}, absl::Seconds(10));
  now_ += absl::Seconds(2);
  const Queue::Batch batch = queue_->PopBatch();
  EXPECT_THAT(Tasks(batch.ready), ElementsAre(3, 4, 5));
  EXPECT_THAT(Tasks(batch.expired), ElementsAre(1, 2));
}

TEST_F(BatchQueueTest, TellsHowLongATaskHasWaited) {
  Open(absl::ZeroDuration());
  const absl::Time pushed_at = now_;
  Push({1}, absl::Seconds(10));
  now_ += absl::Seconds(3);
  const Queue::Batch batch = queue_->PopBatch();
  ASSERT_EQ(batch.ready.size(), 1);
  EXPECT_EQ(batch.ready[0].enqueued, pushed_at);
  EXPECT_EQ(batch.ready[0].deadline, pushed_at + absl::Seconds(10));
}

TEST_F(BatchQueueTest, RefusesAtOnceWhenFullAndAcceptsAgainWhenThereIsRoom) {
  Open(absl::ZeroDuration(), /*max_batch_size=*/1, /*max_queued_tasks=*/2);
  Push({1, 2});
  const absl::Status refusal = queue_->Push(3, absl::InfiniteFuture());
  EXPECT_EQ(refusal.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(refusal.message()), HasSubstr("2 tasks"));
  EXPECT_EQ(queue_->size(), 2);
  EXPECT_THAT(PopReady(), ElementsAre(1));
  Push({4});
}

TEST_F(BatchQueueTest, RefusesTasksAfterClose) {
  Open(absl::ZeroDuration());
  queue_->Close();
  EXPECT_EQ(queue_->Push(1, absl::InfiniteFuture()).code(), absl::StatusCode::kUnavailable);
}

TEST_F(BatchQueueTest, DrainsWithoutDelayAfterCloseThenReturnsEmptyBatches) {
  Open(absl::InfiniteDuration());
  Push({1, 2});
  queue_->Close();
  EXPECT_THAT(PopReady(), ElementsAre(1, 2));
  EXPECT_TRUE(queue_->PopBatch().empty());
  EXPECT_TRUE(queue_->PopBatch().empty());
}

TEST_F(BatchQueueTest, CloseWakesEveryWaitingWorker) {
  Open(absl::InfiniteDuration());
  std::vector<std::thread> workers;
  std::atomic<int> returned = 0;
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([&] { returned += queue_->PopBatch().empty() ? 1 : 0; });
  }
  queue_->Close();
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(returned, 4);
}

TEST_F(BatchQueueTest, ManyCallersAndWorkersLoseAndRepeatNothing) {
  constexpr int kCallers = 4, kTasksEach = 500;
  Open(absl::ZeroDuration(), /*max_batch_size=*/7, /*max_queued_tasks=*/kCallers * kTasksEach);
  std::vector<std::atomic<int>> seen(kCallers * kTasksEach);
  std::vector<std::thread> workers, callers;
  for (int w = 0; w < 3; ++w) {
    workers.emplace_back([&] {
      for (auto batch = queue_->PopBatch(); !batch.empty(); batch = queue_->PopBatch()) {
        for (const Queue::Entry& entry : batch.ready) ++seen[entry.task];
      }
    });
  }
  for (int c = 0; c < kCallers; ++c) {
    callers.emplace_back([&, c] {
      for (int i = 0; i < kTasksEach; ++i) EXPECT_TRUE(queue_->Push(c * kTasksEach + i, absl::InfiniteFuture()).ok());
    });
  }
  for (std::thread& caller : callers) caller.join();
  queue_->Close();
  for (std::thread& worker : workers) worker.join();
  for (size_t task = 0; task < seen.size(); ++task) EXPECT_EQ(seen[task], 1) << "task " << task;
}

}  // namespace
}  // namespace lookalike
