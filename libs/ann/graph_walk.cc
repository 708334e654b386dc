// SPDX-License-Identifier: Apache-2.0
#include "libs/ann/graph_walk.h"

#include <algorithm>
#include <vector>

#include "libs/vector/code_kernels.h"

namespace lookalike {
namespace {

constexpr size_t kRowsAtOnce = 4;  // of CodeKernel::dot4

// Rows to be looked at next, and their similarities.
class Batch {
 public:
  void Clear() { rows_.clear(); }
  void Add(Row row) { rows_.push_back(row); }
  size_t size() const { return rows_.size(); }

  void OfferTo(Beam& beam, const RowTable& table, const QueryCode& query) {
    similarities_.resize(rows_.size());
    ScoreRows(table, query, rows_, similarities_.data());
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (beam.Wants(similarities_[i])) beam.Offer({rows_[i], similarities_[i]});
    }
  }

 private:
  std::vector<Row> rows_;
  std::vector<float> similarities_;
};

void PrefetchNext(const LinkTable& links, Beam& beam) {
  if (const Row next = beam.PeekNext(); next != kNoRow) links.Prefetch(next);
}

// The neighbours of one row, or of its neighbours, that a filter allows.
class AllowedNeighbors {
 public:
  AllowedNeighbors(const GraphView& graph, const SlotFilter& filter, VisitedSet& seen)
      : graph_(graph), filter_(filter), seen_(seen), links_(graph.links.Capacity(0)) {}

  void AddTo(Batch& batch, Row row) {
    blocked_.clear();
    allowed_ = 0;
    Look(row, batch);
    // What is not allowed is gone through, the first met first, until as many that are allowed have been met as a row
    // can have links: with half as many a walk gets stuck at the edge of a cluster that the filter leaves out.
    const size_t wanted = links_.size();
    for (size_t next = 0; next < std::min(blocked_.size(), wanted) && allowed_ < wanted; ++next) {
      if (seen_.Insert(blocked_[next])) Look(blocked_[next], batch);
    }
  }

 private:
  // Adds the allowed neighbours of a row to the batch, the others to those to go through.
  void Look(Row row, Batch& batch) {
    const size_t count = graph_.links.Read(row, 0, links_.data());
    for (size_t i = 0; i < count; ++i) {
      if (filter_.Allows(graph_.rows.slot(links_[i]))) {
        ++allowed_;
        if (seen_.Insert(links_[i])) batch.Add(links_[i]);
      } else {
        graph_.links.Prefetch(links_[i]);
        blocked_.push_back(links_[i]);
      }
    }
  }

  const GraphView& graph_;
  const SlotFilter& filter_;
  VisitedSet& seen_;
  std::vector<Row> links_;
  std::vector<Row> blocked_;  // neighbours that are not allowed
  size_t allowed_ = 0;        // those that are, seen before or not
};

}  // namespace

void ScoreRows(const RowTable& table, const QueryCode& query, std::span<const Row> rows, float* similarities) {
  const CodeKernel& kernel = BestCodeKernel();
  const size_t size = table.padded_dimension();
  const auto approximate = [&](size_t i, int32_t product) {
    similarities[i] = query.Approximate(table.scaling(rows[i]).scale, product);
  };
  for (const Row row : rows) table.Prefetch(row);
  size_t i = 0;
  for (; i + kRowsAtOnce <= rows.size(); i += kRowsAtOnce) {
    const uint8_t* const codes[kRowsAtOnce] = {table.high(rows[i]), table.high(rows[i + 1]), table.high(rows[i + 2]),
                                               table.high(rows[i + 3])};
    int32_t products[kRowsAtOnce];
    kernel.dot4(codes, query.bytes(), size, products);
    for (size_t j = 0; j < kRowsAtOnce; ++j) approximate(i + j, products[j]);
  }
  for (; i < rows.size(); ++i) approximate(i, kernel.dot(table.high(rows[i]), query.bytes(), size));
}

Candidate Descend(const GraphView& graph, const QueryCode& query, int level) {
  const LinkTable::Entry entry = graph.links.entry();
  Candidate best{entry.row, 0};
  if (best.row == kNoRow) return best;
  ScoreRows(graph.rows, query, {&best.row, 1}, &best.similarity);
  std::vector<Row> neighbors(graph.links.Capacity(1));
  std::vector<float> similarities(neighbors.size());
  for (int above = entry.level; above > level; --above) {
    for (bool better = true; better;) {
      better = false;
      const size_t count = graph.links.Read(best.row, above, neighbors.data());
      ScoreRows(graph.rows, query, {neighbors.data(), count}, similarities.data());
      for (size_t i = 0; i < count; ++i) {
        if (similarities[i] <= best.similarity) continue;
        best = {neighbors[i], similarities[i]};
        better = true;
      }
    }
  }
  return best;
}

void Walk(const GraphView& graph, const QueryCode& query, int level, Beam& beam, VisitedSet& seen) {
  std::vector<Row> links(graph.links.Capacity(level));
  Batch fresh;
  for (Row row = beam.TakeNext(); row != kNoRow; row = beam.TakeNext()) {
    const size_t count = graph.links.Read(row, level, links.data());
    fresh.Clear();
    for (size_t i = 0; i < count; ++i) {
      if (seen.Insert(links[i])) fresh.Add(links[i]);
    }
    // Most often no better one comes up, and its links are there when they are wanted.
    PrefetchNext(graph.links, beam);
    fresh.OfferTo(beam, graph.rows, query);
    PrefetchNext(graph.links, beam);
  }
}

void WalkAllowed(const GraphView& graph, const QueryCode& query, const SlotFilter& filter, Beam& beam,
                 VisitedSet& seen) {
  AllowedNeighbors neighbors(graph, filter, seen);
  Batch fresh;
  for (Row row = beam.TakeNext(); row != kNoRow; row = beam.TakeNext()) {
    fresh.Clear();
    neighbors.AddTo(fresh, row);
    PrefetchNext(graph.links, beam);
    fresh.OfferTo(beam, graph.rows, query);
    PrefetchNext(graph.links, beam);
  }
}

}  // namespace lookalike
