// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <utility>
#include <vector>

namespace lookalike {

// The smallest of the values that at least `share` (0 to 1) of them do not exceed; so half of an even number of values
// gives the lower of the two in the middle. 0 for no values.
double Percentile(std::vector<double> values, double share);
inline double Median(std::vector<double> values) { return Percentile(std::move(values), 0.5); }

// Seconds that this process has had of its processors, all its threads together. Unlike the time on the clock it does
// not count what other processes took away.
double CpuSeconds();

// Time since it was made.
class Stopwatch {
 public:
  double Seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
  double Microseconds() const { return Seconds() * 1e6; }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace lookalike
