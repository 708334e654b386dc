// SPDX-License-Identifier: Apache-2.0
// Private to libs/ann.
#pragma once

#include <cstddef>
#include <vector>

#include "libs/ann/beam.h"
#include "libs/ann/graph.h"
#include "libs/ann/graph_walk.h"
#include "libs/ann/vector_index.h"
#include "libs/vector/code.h"

namespace lookalike {

// One search. Lives as long as that takes.
//
// A row may die, and its slot get another row, at any moment of it. What is given is right all the same, because
//  - the walk covers the rows that were linked when it began, the scan after it all rows that came later, up to its
//    end: an embedding that was replaced meanwhile is found as the new row where the old one is passed over as dead;
//  - at the end each candidate stands for its slot, whose row of that moment is the one that counts.
class GraphSearch {
 public:
  struct Options {
    size_t ef = 100;                // where the query does not say
    size_t exact_threshold = 2000;  // embeddings to choose from that are scanned
  };

  // All must outlive it.
  GraphSearch(const Graph& graph, const NeighborQuery& query, const Options& options);

  std::vector<Neighbor> Run();

 private:
  bool ShouldScan(size_t ef) const;
  std::vector<Candidate> Scan() const;
  std::vector<Candidate> WalkAndScanBacklog(Candidate start, size_t ef) const;
  std::vector<Candidate> WalkGraph(Candidate start, size_t ef, size_t linked) const;
  bool IsInAHole(Row row) const;
  void AddSamples(Beam& beam, VisitedSet& seen) const;
  std::vector<Candidate> BestOf(const Beam& beam) const;
  std::vector<Neighbor> Resolve(std::vector<Candidate> candidates) const;

  GraphView View() const { return {graph_.rows, graph_.links}; }
  bool IsAllowed(Row row) const {
    return graph_.rows.IsLive(row) && (filter_ == nullptr || filter_->Allows(graph_.rows.slot(row)));
  }
  float ExactSimilarity(Row row) const {
    return code_.Exact(graph_.rows.scaling(row).scale, graph_.rows.high(row), graph_.rows.low(row));
  }

  const Graph& graph_;
  const SlotFilter* const filter_;
  const size_t exact_threshold_;
  const size_t matching_;  // embeddings to choose from
  const size_t k_;         // results that there can be
  const size_t ef_;
  const QueryCode code_;
};

}  // namespace lookalike
