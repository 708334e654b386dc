// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace lookalike {

// What an index does at one number of candidates.
struct CurvePoint {
  size_t ef = 0;
  double recall = 0;        // share of the exact k nearest that were found
  double microseconds = 0;  // a search
};

// Points of one index, by growing ef.
using RecallCurve = std::vector<CurvePoint>;

// Microseconds that the index needs for `recall`: between the first point that reaches it and the one before, the
// logarithm of the time is taken as linear in the recall. Where the first point of all reaches it, that one's time.
// Nothing where none does.
std::optional<double> MicrosecondsAt(const RecallCurve& curve, double recall);

// How many times as fast `ours` is at equal recall; nothing where either does not reach it.
std::optional<double> SpeedupAt(const RecallCurve& baseline, const RecallCurve& ours, double recall);

}  // namespace lookalike
