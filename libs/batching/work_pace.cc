// SPDX-License-Identifier: Apache-2.0
#include "libs/batching/work_pace.h"

namespace lookalike {
namespace {

// The weight of the newest pass: ten passes forget two thirds of what was before.
constexpr double kNewest = 0.1;

}  // namespace

void WorkPace::OnPass(size_t size, absl::Duration time) {
  const double slowness = absl::FDivDuration(time, sizes_.TimeOf(size));
  MutexLock lock(mutex_);
  slowness_ = slowness_ == 0 ? slowness : slowness_ + kNewest * (slowness - slowness_);
}

absl::Duration WorkPace::TimeFor(size_t tasks) const {
  if (tasks == 0) return absl::ZeroDuration();
  const double passes = static_cast<double>(tasks) / static_cast<double>(sizes_.For(tasks).tasks);
  return PassTime(tasks) * (passes / static_cast<double>(workers_));
}

absl::Duration WorkPace::PassTime(size_t tasks) const {
  const absl::Duration expected = sizes_.TimeOf(sizes_.For(tasks).size);
  ReaderMutexLock lock(mutex_);
  return expected * slowness_;
}

}  // namespace lookalike
