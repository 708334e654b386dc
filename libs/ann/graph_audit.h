// SPDX-License-Identifier: Apache-2.0
// Private to libs/ann.
#pragma once

#include <vector>

#include "libs/ann/graph.h"

namespace lookalike {

// The live rows of the graph that cannot be reached by following links from its entry, on whatever level.
std::vector<Row> FindUnreachable(const Graph& graph);

}  // namespace lookalike
