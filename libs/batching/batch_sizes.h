// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "absl/time/time.h"

namespace lookalike {

// The sizes that a model's passes have, and what each costs: from these, how many of the waiting tasks the next pass
// should take. Few fixed sizes, because libraries keep buffers and plans for each size that they have seen.
//
// The pass that works off the most tasks a second is chosen. So a GPU, where a pass of 8 takes little longer than one
// of 4, is given 5 tasks as 8 of which 3 are padding, and one where it takes twice as long is given 4 first. On a CPU,
// where a pass takes as long as its tasks one by one, the smallest is chosen: a larger would only keep its first task
// waiting for its last.
class BatchSizes {
 public:
  struct Pass {
    size_t size;
    absl::Duration time;
  };
  struct Choice {
    size_t tasks;  // to take, 1 or more
    size_t size;   // of the pass: `tasks` or more, the rest is padding
  };

  // 1, 2, 4, … and `max`, which is 1 or more.
  static std::vector<size_t> PowersOfTwo(size_t max);

  // As if all passes took as long, whatever their size: takes all that waits, up to the largest. `sizes`: at least
  // one, each 1 or more, in any order.
  explicit BatchSizes(const std::vector<size_t>& sizes);

  // With measured times, above zero.
  explicit BatchSizes(std::vector<Pass> passes);

  // For `waiting` tasks, 1 or more.
  Choice For(size_t waiting) const;

  // What a pass of `size`, one of the sizes, takes.
  absl::Duration TimeOf(size_t size) const;

  size_t largest() const { return passes_.back().size; }
  const std::vector<Pass>& passes() const { return passes_; }

 private:
  std::vector<Pass> passes_;  // by size
};

}  // namespace lookalike
