// SPDX-License-Identifier: Apache-2.0
// Private to libs/ann: how rows get into the graph.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "libs/ann/graph_walk.h"
#include "libs/ann/link_choice.h"
#include "libs/ann/link_table.h"
#include "libs/ann/row_table.h"
#include "libs/ann/visited_set.h"
#include "libs/sync/mutex.h"
#include "libs/vector/embedding.h"

namespace lookalike {

// Links rows into the graph, while others search it.
//
// The neighbours to choose from are found by our own walk, without a lock, so that several rows can look for theirs at
// once. hnswlib chooses among them (LinkChoice), and among those of a neighbour whose list is full.
//
// No row is left behind: such a choice can cut a row off from all others (3 % of 100,000 VGG embeddings had no link
// that leads to them). A row to which fewer than kWantedLinksBack of its neighbours link gets more links, from those
// and from their neighbours, where their lists have room; no link is taken away for that.
//
// Thread-safe.
class Linker {
 public:
  // Links back that a row should have. Links from far away do not count: a search for the row's own embedding does not
  // come by there.
  static constexpr size_t kWantedLinksBack = 3;

  struct Options {
    size_t ef_construction = 200;  // neighbours to choose from
    size_t seed = 100;             // of the levels
  };

  // Both tables must outlive the linker; nobody else may write to `links`. Throws std::bad_alloc.
  Linker(const RowTable& rows, LinkTable& links, const Options& options);

  // Links a row that is not in the graph; one that is dead already only gets its empty place. Throws std::bad_alloc:
  // the row is then not linked, and can be tried again.
  void Link(Row row);

  // Looks for a row of the graph by its own embedding, as a search that keeps `ef` candidates does. Where that does not
  // find it, has the nearest rows that it does find link to it, as far as they have room, and the nearest of all if
  // none has. Returns whether it was found. Rows that were linked early can get lost when many come between them and
  // those that link to them. Throws std::bad_alloc.
  bool Patrol(Row row, size_t ef);

  // Has the nearest rows that such a search finds link to a row to which no path leads. Throws std::bad_alloc.
  void MakeReachable(Row row, size_t ef);

  // Of the LinkTable and what searches for neighbours need, in bytes.
  size_t bytes() const;

 private:
  using Candidates = std::vector<Candidate>;

  std::vector<Candidates> FindNeighbors(Row row, int level) const;
  // Collects the candidates near `query` into `beam`; `without` is not among them.
  void WalkTo(const QueryCode& query, int level, Candidate start, Beam& beam, Row without) const;
  Embedding EmbeddingOf(Row row) const;
  Beam LookFor(const QueryCode& query, size_t ef) const;
  bool Finds(const Beam& beam, size_t ef, const QueryCode& query, Row row) const;
  Candidates LinkTargets(const Beam& beam) const;

  void Connect(Row row, int level, std::span<const Candidates> neighbors) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LinkBack(Row from, Row to, int level) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ChooseAmong(std::span<const Row> links, Row row, int level) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void KeepReachable(Row row) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LeadTo(Row row, const Beam& near) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PutBetween(Row from, Row row) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<Row> Links(Row row, int level) const;
  Row FarthestLink(Row row) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Replace(Row row, Row before, Row now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool AddLink(Row from, Row to) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const RowTable& rows_;
  const Options options_;
  const double level_multiplier_;
  mutable VisitedSets visited_;

  mutable Mutex mutex_;
  LinkTable& links_;  // read by all, changed under mutex_
  LinkChoice choice_ ABSL_GUARDED_BY(mutex_);
  std::vector<Row> lost_a_link_ ABSL_GUARDED_BY(mutex_);  // rows that a list dropped since the last look
};

}  // namespace lookalike
