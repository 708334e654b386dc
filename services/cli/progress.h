// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "absl/time/time.h"

namespace lookalike {

// How far a long job is, on standard error: a bar that moves on a terminal, a line every few seconds elsewhere.
//   ingesting  [=========>          ]  142/300  38.1/s  4s left
// One thread at a time.
class Progress {
 public:
  // `total`: steps in all; 0 where nobody knows.
  Progress(std::string what, size_t total);

  void Advance(size_t steps);
  // Shows the last state and ends the line.
  void Finish();

  size_t done() const { return done_; }
  absl::Duration Elapsed() const;

 private:
  void Show();

  const std::string what_;
  const size_t total_;
  const bool terminal_;
  const absl::Time start_;
  size_t done_ = 0;
  absl::Time shown_;
};

}  // namespace lookalike
