// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "libs/sync/mutex.h"
#include "services/cli/bench/bench_catalog.h"
#include "services/cli/bench/statistics.h"

namespace lookalike {

// Writes to a loaded BenchCatalog at a steady rate, from threads of its own: half of the writes replace items, a
// quarter add new ones and a quarter delete some. An embedding that is written is one of the base, moved a little. Each
// thread has items of its own, and writes in one call what has become due during its last one.
class WriteLoad {
 public:
  // Of the items that BenchCatalog::Load() made of `base`; all must outlive it.
  WriteLoad(BenchCatalog& catalog, const VectorTable& base, size_t threads, double writes_per_second, uint64_t seed);

  void Start();
  // The writes per second that came about since Start(), or the first error. Call after each Start().
  absl::StatusOr<double> Stop();

 private:
  struct Writer {
    std::mt19937_64 random;
    std::vector<uint32_t> live;  // ids of its items
    uint64_t writes = 0;         // since the first start
  };

  void Run(Writer& writer);
  absl::Status Write(Writer& writer, uint64_t count);
  Item NewVersion(Writer& writer, uint32_t id) const;

  BenchCatalog& catalog_;
  const VectorTable& base_;
  const double writes_per_second_;  // of one thread
  std::vector<Writer> writers_;
  std::vector<std::thread> threads_;
  std::atomic<bool> stopping_ = false;
  std::atomic<uint32_t> next_id_;
  std::atomic<uint64_t> written_ = 0;  // since the last start
  Stopwatch started_;
  Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);  // the first error
};

}  // namespace lookalike
