// SPDX-License-Identifier: Apache-2.0
// Private to libs/ann: how a search finds its way through the graph.
#pragma once

#include <cstddef>
#include <span>

#include "libs/ann/beam.h"
#include "libs/ann/link_table.h"
#include "libs/ann/row_table.h"
#include "libs/ann/visited_set.h"
#include "libs/vector/code.h"

namespace lookalike {

// The graph as it is read. Both tables may be written meanwhile.
struct GraphView {
  const RowTable& rows;
  const LinkTable& links;
};

// The approximate similarity of each of `rows` to the query.
void ScoreRows(const RowTable& table, const QueryCode& query, std::span<const Row> rows, float* similarities);

// Goes from the graph's entry towards the query, always to the best neighbour, through the levels above `level`, and
// gives the best row met: where a walk on `level` begins. Its row is kNoRow in an empty graph.
Candidate Descend(const GraphView& graph, const QueryCode& query, int level);

// Follows the links on `level` from what is in `beam` (whose rows must be in `seen`) until no candidate of the beam has
// links that were not followed (Malkov and Yashunin, arXiv 1603.09320, algorithm 2).
void Walk(const GraphView& graph, const QueryCode& query, int level, Beam& beam, VisitedSet& seen);

// The same on level 0 among the rows whose slots a filter allows: a neighbour that is not allowed is no candidate, but
// its own neighbours are looked at in its stead (the two-hop expansion of ACORN, arXiv 2403.04871).
void WalkAllowed(const GraphView& graph, const QueryCode& query, const SlotFilter& filter, Beam& beam,
                 VisitedSet& seen);

}  // namespace lookalike
