// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"

#include "libs/sync/mutex.h"

namespace lookalike {

// The room for tasks that were taken on and are not yet worked on, bounded by their number and by their bytes: the
// first bounds how long the last of them waits, the second how much memory they hold. A task keeps its place through
// all queues that it passes. Thread-safe.
class QueueSpace {
 public:
  struct Limits {
    size_t tasks;
    size_t bytes;
  };

  // The right of one task to wait. Gives it back when it ends. Must not outlive its space.
  class Place {
   public:
    Place() = default;  // of nothing
    ~Place() { Leave(); }
    Place(Place&& other) noexcept : space_(other.space_), bytes_(other.bytes_) { other.space_ = nullptr; }
    Place& operator=(Place&& other) noexcept;

    // Gives it back now: the task no longer waits.
    void Leave();

   private:
    friend class QueueSpace;
    Place(QueueSpace* space, size_t bytes) : space_(space), bytes_(bytes) {}
    QueueSpace* space_ = nullptr;
    size_t bytes_ = 0;
  };

  explicit QueueSpace(const Limits& limits) : limits_(limits) {}

  // Places for tasks of so many bytes each: all, or none and ResourceExhausted. InvalidArgument for what would not even
  // fit into an empty queue.
  absl::StatusOr<std::vector<Place>> Take(std::span<const size_t> task_bytes);

  // What waits now.
  size_t tasks() const;
  size_t bytes() const;

 private:
  void Leave(size_t bytes);

  const Limits limits_;
  mutable Mutex mutex_;
  size_t tasks_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace lookalike
