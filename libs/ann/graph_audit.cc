// SPDX-License-Identifier: Apache-2.0
#include "libs/ann/graph_audit.h"

namespace lookalike {

std::vector<Row> FindUnreachable(const Graph& graph) {
  const size_t rows = graph.linked.load(std::memory_order_acquire);
  std::vector<bool> reached(graph.rows.size(), false);
  std::vector<Row> to_follow;
  const auto reach = [&](Row row) {
    if (row >= reached.size() || reached[row]) return;
    reached[row] = true;
    to_follow.push_back(row);
  };
  if (const Row entry = graph.links.entry().row; entry != kNoRow) reach(entry);
  std::vector<Row> links(graph.links.Capacity(0));
  while (!to_follow.empty()) {
    const Row row = to_follow.back();
    to_follow.pop_back();
    for (int level = graph.links.Level(row); level >= 0; --level) {
      const size_t count = graph.links.Read(row, level, links.data());
      for (size_t i = 0; i < count; ++i) reach(links[i]);
    }
  }
  std::vector<Row> unreachable;
  for (Row row = 0; row < rows; ++row) {
    if (!reached[row] && graph.rows.IsLive(row)) unreachable.push_back(row);
  }
  return unreachable;
}

}  // namespace lookalike
