// SPDX-License-Identifier: Apache-2.0
// Private to libs/ann: a graph as blocks. docs/storage.md states every byte.
#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "libs/ann/graph.h"
#include "libs/file/blocks.h"

namespace lookalike {

// Writes the rows and links that are there at the call's beginning, while others add rows and change links; and how
// many rows were there at the last patrol.
absl::Status SaveGraph(const Graph& graph, size_t patrolled, BlockWriter& writer);

struct LoadedGraph {
  size_t linked;     // rows, from the first on
  size_t patrolled;  // of SaveGraph()
};

// Fills an empty graph with what SaveGraph() wrote, all rows dead.
// FailedPrecondition where the blocks are of another dimension or M than the graph; DataLoss where they are damaged.
// Throws std::bad_alloc. After an error the graph must not be used.
absl::StatusOr<LoadedGraph> LoadGraph(BlockReader& reader, Graph& graph);

}  // namespace lookalike
