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
      : graph_(graph),
        filter_(filter),
        seen_(seen),
        most_(graph.links.Capacity(0)),
        links_(most_),
        allowed_(most_),
        blocked_(most_ * (most_ + 1)) {}

  void AddTo(Batch& batch, Row row) {
    blocked_count_ = 0;
    // What is not allowed is gone through, the first met first, until as many that are allowed have been met as a row
    // can have links: with half as many a walk gets stuck at the edge of a cluster that the filter leaves out.
    size_t met = Look(row, batch);
    for (size_t next = 0; next < std::min(blocked_count_, most_) && met < most_; ++next) {
      if (next + kLinksAhead < blocked_count_) graph_.links.Prefetch(blocked_[next + kLinksAhead]);
      if (seen_.Insert(blocked_[next])) met += Look(blocked_[next], batch);
    }
  }

 private:
  static constexpr size_t kLinksAhead = 2;

  // Adds the allowed neighbours of a row that were not seen before to the batch, and the others to those to go through.
  // Returns how many are allowed. Sorted out without branches: which way those went would be the filter's chance.
  size_t Look(Row row, Batch& batch) {
    const size_t count = graph_.links.Read(row, 0, links_.data());
    size_t allowed_count = 0;
    for (size_t i = 0; i < count; ++i) {
      const bool allowed = filter_.Allows(graph_.rows.slot(links_[i]));
      allowed_[allowed_count] = blocked_[blocked_count_] = links_[i];
      allowed_count += allowed;
      blocked_count_ += !allowed;
    }
    for (size_t i = 0; i < allowed_count; ++i) {
      if (seen_.Insert(allowed_[i])) batch.Add(allowed_[i]);
    }
    return allowed_count;
  }

  const GraphView& graph_;
  const SlotFilter& filter_;
  VisitedSet& seen_;
  const size_t most_;  // links of a row
  std::vector<Row> links_;
  std::vector<Row> allowed_;
  std::vector<Row> blocked_;  // neighbours that are not allowed, and room for those of all that are gone through
  size_t blocked_count_ = 0;
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
