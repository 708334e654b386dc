// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"

#include "libs/sync/mutex.h"
#include "tests/recovery/worker.h"

namespace lookalike {

// Several workers, each on a thread of its own, from construction on until their server is gone or they are told to
// stop.
class Load {
 public:
  Load(const std::string& address, Oracle* oracle, uint64_t seed, uint64_t cycle);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Waits so long, or until every worker has ended: true then.
  bool WaitForEnd(absl::Duration most);

  // Tells the workers to stop after the call they are in, and waits for them.
  void Stop();

  // What they did and found wrong. After Stop().
  uint64_t calls() const;
  Problems problems() const;
  OwnSearches own_searches() const;

 private:
  void Run(Worker& worker);

  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<bool> stopping_ = false;
  Mutex mutex_;
  CondVar ended_changed_;
  size_t ended_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::thread> threads_;
};

}  // namespace lookalike
