// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "services/cli/bench/contender.h"
#include "services/cli/bench/ground_truth.h"
#include "services/cli/bench/recall_curve.h"
#include "services/cli/bench/vectors.h"

namespace lookalike {

// The curves of two contenders, measured beside each other on one thread. A block of queries goes to one and then to
// the other, in turns of which is first, so that whatever else the machine does slows down both; and all numbers of
// candidates come up in each repeat, so that it slows down all points. Each figure is the median over the blocks.
struct Curves {
  RecallCurve baseline;
  RecallCurve ours;
};

// Recall is against `exact`, the neighbours of each query.
Curves MeasureCurves(Contender& baseline, Contender& ours, const VectorTable& queries,
                     const std::vector<ExactNeighbors>& exact, std::span<const size_t> efs, size_t repeats);

// How many base vectors a search for themselves does not find among its kNeighbors results. Where others are just as
// near, any of them will do.
size_t CountLost(Contender& contender, const VectorTable& base, size_t ef);

}  // namespace lookalike
