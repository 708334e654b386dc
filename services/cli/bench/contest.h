// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "services/cli/bench/contender.h"
#include "services/cli/bench/ground_truth.h"
#include "services/cli/bench/recall_curve.h"
#include "services/cli/bench/vectors.h"

namespace lookalike {

inline constexpr size_t kNeighbors = 10;  // results of a search: the k of recall@10

// Measures two contenders beside each other, on one thread. A block of queries goes to one and then to the other, in
// turns of which is first, so that whatever else the machine does slows down both; each figure is the median over the
// blocks. Recall is against `exact`, the neighbours of each query.
struct Contest {
  Contender& baseline;
  Contender& ours;
  const VectorTable& queries;
  const std::vector<ExactNeighbors>& exact;
  size_t repeats;  // of all queries

  // Adds the point of this many candidates to each curve.
  void Measure(size_t ef, RecallCurve& baseline_curve, RecallCurve& our_curve) const;
};

// How many base vectors a search for themselves does not find among its kNeighbors results. Where others are just as
// near, any of them will do.
size_t CountLost(Contender& contender, const VectorTable& base, size_t ef);

}  // namespace lookalike
