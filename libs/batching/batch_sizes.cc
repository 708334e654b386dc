// SPDX-License-Identifier: Apache-2.0
#include "libs/batching/batch_sizes.h"

#include <algorithm>
#include <utility>

namespace lookalike {
namespace {

// How much faster a larger pass must work off tasks to be worth its tasks' waiting for each other. Above the noise of
// measured times, too.
constexpr double kWorthwhile = 1.05;

std::vector<BatchSizes::Pass> EquallyLong(const std::vector<size_t>& sizes) {
  std::vector<BatchSizes::Pass> passes;
  for (const size_t size : sizes) passes.push_back({.size = size, .time = absl::Seconds(1)});
  return passes;
}

}  // namespace

std::vector<size_t> BatchSizes::PowersOfTwo(size_t max) {
  std::vector<size_t> sizes;
  for (size_t size = 1; size < max; size *= 2) sizes.push_back(size);
  sizes.push_back(max);
  return sizes;
}

BatchSizes::BatchSizes(const std::vector<size_t>& sizes) : BatchSizes(EquallyLong(sizes)) {}

BatchSizes::BatchSizes(std::vector<Pass> passes) : passes_(std::move(passes)) {
  std::sort(passes_.begin(), passes_.end(), [](const Pass& a, const Pass& b) { return a.size < b.size; });
}

BatchSizes::Choice BatchSizes::For(size_t waiting) const {
  Choice best = {};
  double best_rate = 0;
  for (const Pass& pass : passes_) {
    const size_t tasks = std::min(waiting, pass.size);
    const double rate = static_cast<double>(tasks) / absl::ToDoubleSeconds(pass.time);
    if (rate <= best_rate * kWorthwhile) continue;
    best = {.tasks = tasks, .size = pass.size};
    best_rate = rate;
  }
  return best;
}

absl::Duration BatchSizes::TimeOf(size_t size) const {
  return std::find_if(passes_.begin(), passes_.end(), [size](const Pass& pass) { return pass.size == size; })->time;
}

}  // namespace lookalike
