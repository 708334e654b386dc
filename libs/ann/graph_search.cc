// SPDX-License-Identifier: Apache-2.0
#include "libs/ann/graph_search.h"

#include <algorithm>
#include <bit>

#include "libs/ann/exact_scan.h"
#include "libs/ann/graph_walk.h"

namespace lookalike {
namespace {

// What a walk costs, in rows that could be scanned in the same time, for each candidate that it keeps. A walk looks at
// some 15 rows for a candidate, each a cache miss, and at the links of others where it has a filter to honour.
constexpr size_t kScannedRowsPerCandidate = 32;
constexpr size_t kScannedRowsPerFilteredCandidate = 120;
// A beam is a sorted list: longer ones cost more to keep than to do without.
constexpr size_t kWidestBeam = 4096;
// Rows of a filter that a walk begins at, so that it need not find the way to where they are.
constexpr size_t kSamples = 48;

// A filter leaves out what is around the query where it allows less than this part of what chance would leave of it.
constexpr double kFewAround = 0.5;
// The nearest that it allows then lie on all sides, at the edge of what it leaves out, with few links among them: so
// much wider a beam finds as many of them as elsewhere.
constexpr size_t kWiderAroundAHole = 3;

// Of the best by approximate similarity so many are compared in full.
size_t Rescored(size_t k) { return 2 * k + 10; }

bool IsBefore(const Neighbor& a, const Neighbor& b) {
  return a.similarity != b.similarity ? a.similarity > b.similarity : a.slot < b.slot;
}

}  // namespace

GraphSearch::GraphSearch(const Graph& graph, const NeighborQuery& query, const Options& options)
    : graph_(graph),
      filter_(query.filter),
      exact_threshold_(options.exact_threshold),
      matching_(filter_ == nullptr ? graph.rows.live() : filter_->count),
      k_(std::min(query.k, matching_)),
      ef_(std::max(query.ef == 0 ? options.ef : query.ef, k_)),
      code_(query.embedding) {}

std::vector<Neighbor> GraphSearch::Run() {
  if (k_ == 0) return {};
  if (!ShouldScan(ef_)) {
    const Candidate start = Descend(View(), code_, 0);
    const size_t wanted = filter_ != nullptr && IsInAHole(start.row) ? kWiderAroundAHole * ef_ : ef_;
    if (!ShouldScan(wanted)) {
      std::vector<Neighbor> found = Resolve(WalkAndScanBacklog(start, wanted));
      if (found.size() == k_) return found;
    }
  }
  return Resolve(Scan());
}

bool GraphSearch::ShouldScan(size_t ef) const {
  if (matching_ <= exact_threshold_ || ef > kWidestBeam || graph_.links.entry().row == kNoRow) return true;
  return matching_ <= ef * (filter_ == nullptr ? kScannedRowsPerCandidate : kScannedRowsPerFilteredCandidate);
}

std::vector<Candidate> GraphSearch::Scan() const {
  ExactScan scan(graph_.rows, code_, k_);
  if (filter_ == nullptr) {
    // By slot and not by row: a slot that gets another row meanwhile is looked at once, whichever it has then.
    const size_t slots = graph_.rows.slots();
    for (Slot slot = 0; slot < slots; ++slot) {
      const Row row = graph_.rows.RowOf(slot);
      if (row != kNoRow) scan.Add(row);
    }
    return scan.Finish();
  }
  for (size_t word = 0; word < filter_->words.size(); ++word) {
    for (uint64_t bits = filter_->words[word]; bits != 0; bits &= bits - 1) {
      const Row row = graph_.rows.RowOf(static_cast<Slot>(word * 64 + static_cast<size_t>(std::countr_zero(bits))));
      if (row != kNoRow) scan.Add(row);
    }
  }
  return scan.Finish();
}

std::vector<Candidate> GraphSearch::WalkAndScanBacklog(Candidate start, size_t ef) const {
  const size_t linked = graph_.linked.load(std::memory_order_acquire);
  std::vector<Candidate> candidates = WalkGraph(start, ef, linked);
  if (graph_.rows.size() == linked) return candidates;
  ExactScan scan(graph_.rows, code_, k_);
  // The size is read anew for each row: who sees a replaced row dead sees the one that came in its place.
  for (Row row = static_cast<Row>(linked); row < graph_.rows.size(); ++row) {
    if (IsAllowed(row)) scan.Add(row);
  }
  const std::vector<Candidate> waiting = scan.Finish();
  candidates.insert(candidates.end(), waiting.begin(), waiting.end());
  return candidates;
}

std::vector<Candidate> GraphSearch::WalkGraph(Candidate start, size_t ef, size_t linked) const {
  const auto seen = graph_.visited.Borrow(linked);
  // Tombstones take places in the beam: as many more are wanted.
  const size_t live = std::max<size_t>(1, graph_.rows.live());
  Beam beam(std::min(ef * graph_.rows.size() / live, 3 * ef));
  if ((*seen).Insert(start.row)) beam.Offer(start);
  if (filter_ == nullptr) {
    Walk(View(), code_, 0, beam, *seen);
  } else {
    AddSamples(beam, *seen);
    WalkAllowed(View(), code_, *filter_, beam, *seen);
  }
  return BestOf(beam);
}

// Whether the filter leaves out what is around the row: its neighbours and theirs.
bool GraphSearch::IsInAHole(Row row) const {
  std::vector<Row> near(graph_.links.Capacity(0)), behind(near.size());
  near.resize(graph_.links.Read(row, 0, near.data()));
  size_t around = 0, allowed = 0;
  for (const Row neighbor : near) {
    const size_t count = graph_.links.Read(neighbor, 0, behind.data());
    around += count;
    for (size_t i = 0; i < count; ++i) allowed += filter_->Allows(graph_.rows.slot(behind[i]));
  }
  const double share = static_cast<double>(matching_) / static_cast<double>(std::max<size_t>(1, graph_.rows.live()));
  return static_cast<double>(allowed) < kFewAround * share * static_cast<double>(around);
}

// Takes slots of the filter at even distances.
void GraphSearch::AddSamples(Beam& beam, VisitedSet& seen) const {
  const size_t step = std::max<size_t>(1, filter_->words.size() / kSamples);
  std::vector<Row> rows;
  for (size_t word = 0; word < filter_->words.size(); word += step) {
    const uint64_t bits = filter_->words[word];
    if (bits == 0) continue;
    const Row row = graph_.rows.RowOf(static_cast<Slot>(word * 64 + static_cast<size_t>(std::countr_zero(bits))));
    if (row != kNoRow && seen.Insert(row)) rows.push_back(row);
  }
  std::vector<float> similarities(rows.size());
  ScoreRows(graph_.rows, code_, rows, similarities.data());
  for (size_t i = 0; i < rows.size(); ++i) beam.Offer({rows[i], similarities[i]});
}

std::vector<Candidate> GraphSearch::BestOf(const Beam& beam) const {
  std::vector<Candidate> best;
  const size_t wanted = Rescored(k_);
  best.reserve(wanted);
  for (size_t i = 0; i < beam.size() && best.size() < wanted; ++i) {
    if (!IsAllowed(beam[i].row)) continue;
    best.push_back(beam[i]);
    graph_.rows.PrefetchLow(beam[i].row);
  }
  for (Candidate& candidate : best) candidate.similarity = ExactSimilarity(candidate.row);
  return best;
}

std::vector<Neighbor> GraphSearch::Resolve(std::vector<Candidate> candidates) const {
  std::vector<Neighbor> neighbors;
  neighbors.reserve(candidates.size());
  for (const Candidate& candidate : candidates) {
    const Slot slot = graph_.rows.slot(candidate.row);
    const Row row = graph_.rows.RowOf(slot);
    if (row == kNoRow) continue;
    const float similarity = row == candidate.row ? candidate.similarity : ExactSimilarity(row);
    // Rounding can take a cosine a little beyond its range.
    neighbors.push_back({slot, graph_.rows.version(row), std::clamp(similarity, -1.0f, 1.0f)});
  }
  // A slot that got a new row in between can be there twice: the newer version counts.
  std::sort(neighbors.begin(), neighbors.end(), [](const Neighbor& a, const Neighbor& b) {
    return a.slot != b.slot ? a.slot < b.slot : a.version > b.version;
  });
  const auto same_slot = [](const Neighbor& a, const Neighbor& b) { return a.slot == b.slot; };
  neighbors.erase(std::unique(neighbors.begin(), neighbors.end(), same_slot), neighbors.end());
  std::sort(neighbors.begin(), neighbors.end(), IsBefore);
  if (neighbors.size() > k_) neighbors.resize(k_);
  return neighbors;
}

}  // namespace lookalike
