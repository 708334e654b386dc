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
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Queue = BatchQueue<int>;

// A queue on a clock that stands still until a test moves it. No test waits for real time.
class BatchQueueTest : public testing::Test {
 protected:
  BatchQueueTest() {
    // Passes of up to three, all as long: a batch is all that waits in its lane.
    options_.sizes = BatchSizes(std::vector<size_t>{1, 2, 3});
    options_.max_queue_delay = absl::InfiniteDuration();
    options_.now = [this] { return now_; };
  }

  Queue& queue() {
    if (queue_ == nullptr) queue_ = std::make_unique<Queue>(options_);
    return *queue_;
  }

  void Push(std::initializer_list<int> tasks, Lane lane = Lane::kInteractive,
            absl::Duration patience = absl::InfiniteDuration()) {
    for (const int task : tasks) ASSERT_TRUE(queue().Push(task, lane, now_ + patience).ok());
  }

  static std::vector<int> Tasks(const std::vector<Queue::Entry>& entries) {
    std::vector<int> tasks;
    for (const Queue::Entry& entry : entries) tasks.push_back(entry.task);
    return tasks;
  }

  // A whole pass.
  std::vector<int> Pass() {
    const std::vector<int> tasks = Tasks(queue().PopBatch().ready);
    queue().FinishBatch();
    return tasks;
  }

  absl::Time now_ = absl::FromUnixSeconds(1'000'000);
  Queue::Options options_;
  std::unique_ptr<Queue> queue_;
};

TEST_F(BatchQueueTest, HandsOutWhatIsThereInOrderWhileTheDeviceIsIdle) {
  Push({1, 2});
  EXPECT_THAT(Pass(), ElementsAre(1, 2));
}

TEST_F(BatchQueueTest, FormsNoBatchAboveTheLargestSize) {
  Push({1, 2, 3, 4});
  EXPECT_THAT(Pass(), ElementsAre(1, 2, 3));
  EXPECT_THAT(Pass(), ElementsAre(4));
}

TEST_F(BatchQueueTest, WaitsForAFullBatchWhileTheDeviceIsBusy) {
  Push({0});
  queue().PopBatch();
  Push({1});
  std::vector<int> batch;
  std::thread worker([&] { batch = Tasks(queue().PopBatch().ready); });
  Push({2, 3});
  worker.join();
  EXPECT_THAT(batch, ElementsAre(1, 2, 3));
}

TEST_F(BatchQueueTest, StopsWaitingForCompanyWhenTheDeviceIsIdle) {
  Push({0});
  queue().PopBatch();
  std::vector<int> batch;
  std::thread worker([&] { batch = Tasks(queue().PopBatch().ready); });
  Push({1});
  queue().FinishBatch();
  worker.join();
  EXPECT_THAT(batch, ElementsAre(1));
}

TEST_F(BatchQueueTest, StopsWaitingForCompanyWhenTheOldestHasWaitedTheDelay) {
  options_.max_queue_delay = absl::Minutes(5);
  Push({0});
  queue().PopBatch();
  Push({1});
  now_ += absl::Minutes(5);
  Push({2});
  EXPECT_THAT(Tasks(queue().PopBatch().ready), ElementsAre(1, 2));
}

TEST_F(BatchQueueTest, RunsAsManyPassesSideBySideAsTheDeviceCan) {
  options_.parallel_passes = 2;
  Push({1});
  EXPECT_THAT(Tasks(queue().PopBatch().ready), ElementsAre(1));
  Push({2});
  EXPECT_THAT(Tasks(queue().PopBatch().ready), ElementsAre(2));
}

TEST_F(BatchQueueTest, InteractiveTasksOvertakeBulkTasks) {
  options_.sizes = BatchSizes(std::vector<size_t>{1});
  Push({1, 2}, Lane::kBulk);
  Push({10, 11});
  EXPECT_THAT(Pass(), ElementsAre(10));
  EXPECT_THAT(Pass(), ElementsAre(11));
  EXPECT_THAT(Pass(), ElementsAre(1));
}

TEST_F(BatchQueueTest, BulkTasksGetTheirShareHoweverManyOthersCome) {
  options_.sizes = BatchSizes(std::vector<size_t>{1});
  options_.bulk_turn = 5;
  Push({1, 2, 3}, Lane::kBulk);
  std::vector<int> order;
  for (int i = 0; i < 15; ++i) {
    Push({100, 100});
    order.push_back(Pass().front());
  }
  EXPECT_THAT(order, ElementsAre(100, 100, 100, 100, 1, 100, 100, 100, 100, 2, 100, 100, 100, 100, 3));
}

TEST_F(BatchQueueTest, BulkTasksSaveNoTurnsWhileNoneWait) {
  options_.sizes = BatchSizes(std::vector<size_t>{1});
  for (int i = 0; i < 10; ++i) {
    Push({100});
    Pass();
  }
  Push({1}, Lane::kBulk);
  Push({101});
  EXPECT_THAT(Pass(), ElementsAre(101));
}

TEST_F(BatchQueueTest, BulkTasksDoNotEnlargeTheBatchOfInteractiveOnes) {
  Push({1, 2, 3}, Lane::kBulk);
  Push({10});
  EXPECT_THAT(Pass(), ElementsAre(10));
  EXPECT_THAT(Pass(), ElementsAre(1, 2, 3));
}

TEST_F(BatchQueueTest, BulkTasksTakeThePlaceOfPadding) {
  options_.sizes = BatchSizes(std::vector<size_t>{4});
  Push({1, 2, 3}, Lane::kBulk);
  Push({10, 11});
  const Queue::Batch batch = queue().PopBatch();
  EXPECT_THAT(Tasks(batch.ready), ElementsAre(10, 11, 1, 2));
  EXPECT_EQ(batch.size, 4);
}

TEST_F(BatchQueueTest, SaysHowLargeThePassShouldBeWhereTasksDoNotFillIt) {
  options_.sizes = BatchSizes(std::vector<size_t>{1, 4});
  Push({1, 2, 3});
  const Queue::Batch batch = queue().PopBatch();
  EXPECT_EQ(batch.ready.size(), 3);
  EXPECT_EQ(batch.size, 4);
}

TEST_F(BatchQueueTest, HandsBackExpiredTasksApart) {
  Push({1, 2}, Lane::kInteractive, absl::Seconds(1));
  Push({3, 4, 5}, Lane::kInteractive, absl::Seconds(10));
  Push({6}, Lane::kBulk, absl::Seconds(1));
  now_ += absl::Seconds(1);
  const Queue::Batch batch = queue().PopBatch();
  EXPECT_THAT(Tasks(batch.ready), ElementsAre(3, 4, 5));
  EXPECT_THAT(Tasks(batch.expired), UnorderedElementsAre(1, 2, 6));
}

TEST_F(BatchQueueTest, HandsBackExpiredTasksWhereThereAreNoOthers) {
  Push({1}, Lane::kInteractive, absl::Seconds(1));
  now_ += absl::Seconds(2);
  const Queue::Batch batch = queue().PopBatch();
  EXPECT_THAT(batch.ready, IsEmpty());
  EXPECT_FALSE(batch.empty());
}

TEST_F(BatchQueueTest, GivesUpWhatIsRemoved) {
  Push({1, 2, 3});
  Push({4, 5}, Lane::kBulk);
  EXPECT_EQ(queue().Remove([](int task) { return task % 2 == 0; }), 2);
  EXPECT_EQ(queue().size(Lane::kInteractive), 2);
  EXPECT_EQ(queue().size(Lane::kBulk), 1);
  EXPECT_THAT(Pass(), ElementsAre(1, 3));
}

TEST_F(BatchQueueTest, TellsHowLongATaskHasWaited) {
  const absl::Time pushed_at = now_;
  Push({1}, Lane::kInteractive, absl::Seconds(10));
  now_ += absl::Seconds(3);
  const Queue::Batch batch = queue().PopBatch();
  ASSERT_EQ(batch.ready.size(), 1);
  EXPECT_EQ(batch.ready[0].enqueued, pushed_at);
  EXPECT_EQ(batch.ready[0].deadline, pushed_at + absl::Seconds(10));
}

TEST_F(BatchQueueTest, RefusesTasksAfterClose) {
  queue().Close();
  EXPECT_EQ(queue().Push(1, Lane::kBulk, absl::InfiniteFuture()).code(), absl::StatusCode::kUnavailable);
}

TEST_F(BatchQueueTest, DrainsWithoutDelayAfterCloseThenReturnsEmptyBatches) {
  Push({0});
  queue().PopBatch();
  Push({1, 2});
  Push({3}, Lane::kBulk);
  queue().Close();
  EXPECT_THAT(Tasks(queue().PopBatch().ready), ElementsAre(1, 2));
  EXPECT_THAT(Tasks(queue().PopBatch().ready), ElementsAre(3));
  EXPECT_TRUE(queue().PopBatch().empty());
  EXPECT_TRUE(queue().PopBatch().empty());
}

TEST_F(BatchQueueTest, CloseWakesEveryWaitingWorker) {
  queue();
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
  options_.sizes = BatchSizes(std::vector<size_t>{1, 7});
  options_.max_queue_delay = absl::ZeroDuration();
  queue();
  std::vector<std::atomic<int>> seen(kCallers * kTasksEach);
  std::vector<std::thread> workers, callers;
  for (int w = 0; w < 3; ++w) {
    workers.emplace_back([&] {
      for (auto batch = queue_->PopBatch(); !batch.empty(); batch = queue_->PopBatch()) {
        for (const Queue::Entry& entry : batch.ready) ++seen[entry.task];
        queue_->FinishBatch();
      }
    });
  }
  for (int c = 0; c < kCallers; ++c) {
    callers.emplace_back([&, c] {
      const Lane lane = c % 2 == 0 ? Lane::kInteractive : Lane::kBulk;
      for (int i = 0; i < kTasksEach; ++i) {
        EXPECT_TRUE(queue_->Push(c * kTasksEach + i, lane, absl::InfiniteFuture()).ok());
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  queue_->Close();
  for (std::thread& worker : workers) worker.join();
  for (size_t task = 0; task < seen.size(); ++task) EXPECT_EQ(seen[task], 1) << "task " << task;
}

}  // namespace
}  // namespace lookalike
