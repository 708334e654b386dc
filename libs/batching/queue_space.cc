// SPDX-License-Identifier: Apache-2.0
#include "libs/batching/queue_space.h"

#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"

namespace lookalike {

QueueSpace::Place& QueueSpace::Place::operator=(Place&& other) noexcept {
  Leave();
  space_ = std::exchange(other.space_, nullptr);
  bytes_ = other.bytes_;
  return *this;
}

void QueueSpace::Place::Leave() {
  if (space_ != nullptr) std::exchange(space_, nullptr)->Leave(bytes_);
}

absl::StatusOr<std::vector<QueueSpace::Place>> QueueSpace::Take(std::span<const size_t> task_bytes) {
  const size_t bytes = std::accumulate(task_bytes.begin(), task_bytes.end(), size_t{0});
  if (task_bytes.size() > limits_.tasks || bytes > limits_.bytes) {
    return absl::InvalidArgumentError(absl::StrCat(task_bytes.size(), " tasks of ", bytes,
                                                   " bytes never fit into the queue, which holds ", limits_.tasks,
                                                   " tasks and ", limits_.bytes, " bytes"));
  }
  {
    MutexLock lock(mutex_);
    if (tasks_ + task_bytes.size() > limits_.tasks || bytes_ + bytes > limits_.bytes) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the queue is full: ", tasks_, " tasks of ", bytes_, " bytes wait already"));
    }
    tasks_ += task_bytes.size();
    bytes_ += bytes;
  }
  std::vector<Place> places;
  places.reserve(task_bytes.size());
  for (const size_t each : task_bytes) places.push_back(Place(this, each));
  return places;
}

size_t QueueSpace::tasks() const {
  ReaderMutexLock lock(mutex_);
  return tasks_;
}

size_t QueueSpace::bytes() const {
  ReaderMutexLock lock(mutex_);
  return bytes_;
}

void QueueSpace::Leave(size_t bytes) {
  MutexLock lock(mutex_);
  tasks_ -= 1;
  bytes_ -= bytes;
}

}  // namespace lookalike
