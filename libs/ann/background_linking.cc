// SPDX-License-Identifier: Apache-2.0
#include "libs/ann/background_linking.h"

#include <exception>

#include "absl/time/clock.h"

namespace lookalike {
namespace {

// After a row could not be linked for want of memory: it stays in the backlog, where searches find it.
constexpr absl::Duration kPauseAfterFailure = absl::Seconds(1);

}  // namespace

BackgroundLinking::BackgroundLinking(Graph& graph, const Options& options)
    : graph_(graph), options_(options), linker_(graph.rows, graph.links, options.linker) {}

BackgroundLinking::~BackgroundLinking() {
  std::vector<std::thread> threads;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    work_.NotifyAll();
    progress_.NotifyAll();
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
}

void BackgroundLinking::Resume(size_t rows, size_t patrolled) {
  MutexLock lock(mutex_);
  claimed_ = rows;
  patrolled_ = patrolled;
  linker_.Resume(rows);
  graph_.linked.store(rows, std::memory_order_release);
}

size_t BackgroundLinking::patrolled() const {
  MutexLock lock(mutex_);
  return patrolled_;
}

bool BackgroundLinking::HasLinkWork() const {
  // Once there is a graph, it goes on.
  return claimed_ < graph_.rows.size() && (claimed_ > 0 || graph_.rows.live() > options_.exact_threshold);
}

bool BackgroundLinking::HasPatrolWork() const {
  return next_to_patrol_ > 0 || (in_progress_.empty() && claimed_ > patrolled_ + patrolled_ / 2);
}

void BackgroundLinking::Notify() {
  MutexLock lock(mutex_);
  if (!HasWork()) return;
  if (threads_.empty() && !stopping_) {
    for (size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { Run(); });
  }
  work_.NotifyOne();
}

void BackgroundLinking::Run() {
  for (Task task = Claim(); task.kind != Task::Kind::kStop; task = Claim()) {
    if (task.kind == Task::Kind::kLink) {
      Link(task.row);
    } else if (!linker_.Patrol(task.row, options_.ef_search)) {
      mended_.fetch_add(1, std::memory_order_relaxed);
    }
    Finish(task);
  }
}

void BackgroundLinking::Link(Row row) {
  while (true) {
    try {
      linker_.Link(row);
      return;
    } catch (const std::exception&) {
      MutexLock lock(mutex_);
      if (stopping_) return;
      work_.WaitUntil(mutex_, absl::Now() + kPauseAfterFailure);
    }
  }
}

BackgroundLinking::Task BackgroundLinking::Claim() {
  MutexLock lock(mutex_);
  while (!stopping_ && !HasWork()) work_.Wait(mutex_);
  if (stopping_) return {Task::Kind::kStop, kNoRow};
  if (HasLinkWork()) {
    const Row row = static_cast<Row>(claimed_++);
    in_progress_.insert(row);
    return {Task::Kind::kLink, row};
  }
  if (next_to_patrol_ == 0) patrolled_ = claimed_;
  const Row row = static_cast<Row>(next_to_patrol_++);
  if (next_to_patrol_ == patrolled_) next_to_patrol_ = 0;
  return {Task::Kind::kPatrol, row};
}

void BackgroundLinking::Finish(const Task& task) {
  MutexLock lock(mutex_);
  if (task.kind == Task::Kind::kLink) {
    in_progress_.erase(task.row);
    graph_.linked.store(in_progress_.empty() ? claimed_ : *in_progress_.begin(), std::memory_order_release);
    progress_.NotifyAll();
  } else if (!HasWork()) {
    progress_.NotifyAll();
  }
}

bool BackgroundLinking::WaitForBacklog(size_t rows, absl::Time deadline) {
  MutexLock lock(mutex_);
  while ((HasLinkWork() || !in_progress_.empty()) && graph_.backlog() > rows) {
    if (stopping_ || !progress_.WaitUntil(mutex_, deadline)) return false;
  }
  return true;
}

bool BackgroundLinking::WaitUntilIdle(absl::Time deadline) {
  MutexLock lock(mutex_);
  while (HasWork() || !in_progress_.empty()) {
    if (stopping_ || !progress_.WaitUntil(mutex_, deadline)) return false;
  }
  return true;
}

}  // namespace lookalike
