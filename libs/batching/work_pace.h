// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

#include "libs/batching/batch_sizes.h"
#include "libs/sync/mutex.h"

namespace lookalike {

// How fast workers get through a queue: what passes of each size should take, corrected by what those of late did take.
// Thread-safe.
class WorkPace {
 public:
  // `workers`: that make passes side by side.
  WorkPace(const BatchSizes& sizes, size_t workers) : sizes_(sizes), workers_(workers) {}

  // A worker has made a pass of one of the sizes.
  void OnPass(size_t size, absl::Duration time);

  // What all workers together will take for `tasks` tasks that wait now; zero before the first pass.
  absl::Duration TimeFor(size_t tasks) const;

  // What one pass will take that begins while `tasks` tasks, 1 or more, wait; zero before the first pass.
  absl::Duration PassTime(size_t tasks) const;

 private:
  const BatchSizes sizes_;
  const size_t workers_;
  mutable Mutex mutex_;
  // Time taken over time expected: the mean over the passes of late, of which a newer one weighs more.
  double slowness_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace lookalike
