// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/recall_curve.h"

#include <algorithm>
#include <cmath>

namespace lookalike {

std::optional<double> MicrosecondsAt(const RecallCurve& curve, double recall) {
  const auto reaches = [&](const CurvePoint& point) { return point.recall >= recall; };
  const auto above = std::find_if(curve.begin(), curve.end(), reaches);
  if (above == curve.end()) return std::nullopt;
  if (above == curve.begin()) return above->microseconds;
  const auto below = above - 1;  // its recall is lower, or it would have been found
  const double share = (recall - below->recall) / (above->recall - below->recall);
  return below->microseconds * std::pow(above->microseconds / below->microseconds, share);
}

std::optional<double> SpeedupAt(const RecallCurve& baseline, const RecallCurve& ours, double recall) {
  const std::optional<double> theirs = MicrosecondsAt(baseline, recall), own = MicrosecondsAt(ours, recall);
  if (!theirs || !own) return std::nullopt;
  return *theirs / *own;
}

}  // namespace lookalike
