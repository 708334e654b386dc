// SPDX-License-Identifier: Apache-2.0
// Private to libs/ann.
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include "absl/time/time.h"

#include "libs/ann/graph.h"
#include "libs/ann/linker.h"
#include "libs/sync/mutex.h"
#include "libs/sync/permits.h"

namespace lookalike {

// The threads that link a graph's backlog. They start when there is something to link, and stop with the object.
//
// When there is nothing left to link and the graph has grown by half since the last time, they go on patrol: each row
// is looked for by its own embedding, and what is not found is given links (Linker::Patrol). So the graph's quality
// does not depend on the order in which the rows came. The new links can lead searches for others astray (one in 6,000
// of 100,000 VGG embeddings): round follows round until all are found. Thread-safe.
class BackgroundLinking {
 public:
  struct Options {
    size_t threads = 1;
    Permits* permits = nullptr;     // to link, or to look for a row on patrol. Not owned; may be null
    size_t exact_threshold = 2000;  // as long as so few embeddings live, nothing is linked
    size_t ef_search = 100;         // with which rows are looked for on patrol
    Linker::Options linker;
  };

  // `graph` must outlive it. Throws std::bad_alloc.
  BackgroundLinking(Graph& graph, const Options& options);
  ~BackgroundLinking();

  // Tells that rows were added. Never fails.
  void Notify();

  // Waits until at most `rows` rows are left that should be linked. False where the deadline passed first.
  bool WaitForBacklog(size_t rows, absl::Time deadline);
  // Waits until nothing is left to do, patrols included. False where the deadline passed first.
  bool WaitUntilIdle(absl::Time deadline);

  Linker& linker() { return linker_; }
  // The first `rows` rows of the graph are linked already, and `patrolled` rows were there at the last patrol. Before
  // the first Notify().
  void Resume(size_t rows, size_t patrolled);

  // Rows that were there at the last patrol, 0 while one is under way; and rows that patrols did not find and mended
  // since the start.
  size_t patrolled() const;
  size_t mended() const { return mended_.load(std::memory_order_relaxed); }

  size_t bytes() const { return linker_.bytes(); }

 private:
  struct Task {
    enum class Kind { kLink, kPatrol, kStop } kind;
    Row row;
  };

  void StartThreads() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Run();
  Task Claim();
  void Do(const Task& task);
  void TryToDo(const Task& task);
  void Finish(const Task& task);
  bool HasLinkWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  bool HasPatrolWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void BeginRound() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EndRound() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return HasLinkWork() || HasPatrolWork(); }

  Graph& graph_;
  const Options options_;
  Linker linker_;

  std::atomic<size_t> mended_ = 0;

  mutable Mutex mutex_;
  CondVar work_;                                          // there is something to do, or the end has come
  CondVar progress_;                                      // something was finished
  size_t claimed_ ABSL_GUARDED_BY(mutex_) = 0;            // rows whose linking has begun
  size_t patrolled_ ABSL_GUARDED_BY(mutex_) = 0;          // rows that were there when the last round began
  size_t next_to_patrol_ ABSL_GUARDED_BY(mutex_) = 0;     // of the round that is under way; 0: none is
  size_t patrolling_ ABSL_GUARDED_BY(mutex_) = 0;         // rows that are being looked for
  size_t mended_before_ ABSL_GUARDED_BY(mutex_) = 0;      // mended_ when the round began
  size_t more_rounds_ ABSL_GUARDED_BY(mutex_) = 0;        // that the patrol may have
  std::vector<Row> in_progress_ ABSL_GUARDED_BY(mutex_);  // being linked; one for each thread at most
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lookalike
