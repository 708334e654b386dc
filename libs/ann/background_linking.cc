// SPDX-License-Identifier: Apache-2.0
#include "libs/ann/background_linking.h"

#include <algorithm>
#include <exception>
#include <optional>

#include "absl/time/clock.h"

#include "libs/sync/thread_priority.h"

namespace lookalike {
namespace {

// After something could not be done for want of memory. A row stays in the backlog meanwhile, where searches find it.
constexpr absl::Duration kPauseAfterFailure = absl::Seconds(1);
// Of one patrol: 100,000 VGG embeddings took three.
constexpr size_t kMostRounds = 5;

// A patrol looks for what a row's code stands for, which is not quite the embedding. So that a search for that, with
// `ef_search` candidates, finds the row as well, a narrower beam has to be enough.
size_t PatrolEf(size_t ef_search) { return std::max<size_t>(1, ef_search * 3 / 4); }

}  // namespace

BackgroundLinking::BackgroundLinking(Graph& graph, const Options& options)
    : graph_(graph), options_(options), linker_(graph.rows, graph.links, options.linker) {
  in_progress_.reserve(options.threads);
}

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
  graph_.linked.store(rows, std::memory_order_release);
}

size_t BackgroundLinking::patrolled() const {
  MutexLock lock(mutex_);
  return next_to_patrol_ > 0 || patrolling_ > 0 || more_rounds_ > 0 ? 0 : patrolled_;
}

bool BackgroundLinking::HasLinkWork() const {
  // Once there is a graph, it goes on.
  return claimed_ < graph_.rows.size() && (claimed_ > 0 || graph_.rows.live() > options_.exact_threshold);
}

bool BackgroundLinking::HasPatrolWork() const {
  if (next_to_patrol_ > 0) return true;
  // A round is over before the next begins.
  return in_progress_.empty() && patrolling_ == 0 && (more_rounds_ > 0 || claimed_ > patrolled_ + patrolled_ / 2);
}

void BackgroundLinking::BeginRound() {
  more_rounds_ = more_rounds_ == 0 ? kMostRounds - 1 : more_rounds_ - 1;
  patrolled_ = claimed_;
  mended_before_ = mended();
}

void BackgroundLinking::EndRound() {
  if (mended() == mended_before_) more_rounds_ = 0;
  work_.NotifyAll();
}

void BackgroundLinking::Notify() {
  MutexLock lock(mutex_);
  if (!HasWork()) return;
  if (threads_.empty() && !stopping_) StartThreads();
  work_.NotifyOne();
}

// Where there is no memory for a thread, those that there are do the work; where there is none, the rows stay in the
// backlog, where searches find them, until the next is added.
void BackgroundLinking::StartThreads() {
  try {
    threads_.reserve(options_.threads);
    while (threads_.size() < options_.threads) threads_.emplace_back([this] { Run(); });
  } catch (const std::exception&) {
  }
}

void BackgroundLinking::Run() {
  RunInBackground();
  for (Task task = Claim(); task.kind != Task::Kind::kStop; task = Claim()) {
    Do(task);
    Finish(task);
  }
}

void BackgroundLinking::Do(const Task& task) {
  while (true) {
    try {
      TryToDo(task);
      return;
    } catch (const std::exception&) {
      MutexLock lock(mutex_);
      if (stopping_) return;
      work_.WaitUntil(mutex_, absl::Now() + kPauseAfterFailure);
    }
  }
}

void BackgroundLinking::TryToDo(const Task& task) {
  std::optional<Permits::Permit> permit;
  if (options_.permits != nullptr) permit.emplace(*options_.permits);
  if (task.kind == Task::Kind::kLink) {
    linker_.Link(task.row);
  } else if (!linker_.Patrol(task.row, PatrolEf(options_.ef_search))) {
    mended_.fetch_add(1, std::memory_order_relaxed);
  }
}

BackgroundLinking::Task BackgroundLinking::Claim() {
  MutexLock lock(mutex_);
  while (!stopping_ && !HasWork()) work_.Wait(mutex_);
  if (stopping_) return {Task::Kind::kStop, kNoRow};
  if (HasLinkWork()) {
    const Row row = static_cast<Row>(claimed_++);
    in_progress_.push_back(row);
    return {Task::Kind::kLink, row};
  }
  if (next_to_patrol_ == 0) BeginRound();
  const Row row = static_cast<Row>(next_to_patrol_++);
  if (next_to_patrol_ == patrolled_) next_to_patrol_ = 0;
  ++patrolling_;
  return {Task::Kind::kPatrol, row};
}

void BackgroundLinking::Finish(const Task& task) {
  MutexLock lock(mutex_);
  if (task.kind == Task::Kind::kLink) {
    std::erase(in_progress_, task.row);
    const auto first = std::min_element(in_progress_.begin(), in_progress_.end());
    graph_.linked.store(first == in_progress_.end() ? claimed_ : *first, std::memory_order_release);
    progress_.NotifyAll();
  } else {
    --patrolling_;
    if (next_to_patrol_ == 0 && patrolling_ == 0) EndRound();
    if (!HasWork()) progress_.NotifyAll();
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
  while (HasWork() || !in_progress_.empty() || patrolling_ > 0) {
    if (stopping_ || !progress_.WaitUntil(mutex_, deadline)) return false;
  }
  return true;
}

}  // namespace lookalike
