// SPDX-License-Identifier: Apache-2.0
#include "libs/ann/exact_scan.h"

#include <algorithm>
#include <functional>

#include "libs/ann/graph_walk.h"

namespace lookalike {
namespace {

constexpr float kDeviations = 6;

}  // namespace

ExactScan::ExactScan(const RowTable& rows, const QueryCode& query, size_t k)
    : rows_(rows), query_(query), k_(k), similarities_(kBlockRows) {
  block_.reserve(kBlockRows);
}

void ExactScan::Flush() {
  ScoreRows(rows_, query_, block_, similarities_.data());
  for (size_t i = 0; i < block_.size(); ++i) {
    const float error = kDeviations * query_.ApproximationError(rows_.scaling(block_[i]).scale);
    const float most = similarities_[i] + error;
    if (least_.size() == k_) {
      if (most < least_.front()) continue;
      const float least = similarities_[i] - error;
      if (least > least_.front()) {
        std::pop_heap(least_.begin(), least_.end(), std::greater<>());
        least_.back() = least;
        std::push_heap(least_.begin(), least_.end(), std::greater<>());
      }
    } else {
      least_.push_back(similarities_[i] - error);
      std::push_heap(least_.begin(), least_.end(), std::greater<>());
    }
    candidates_.push_back({block_[i], most});
  }
  block_.clear();
  if (candidates_.size() > 4 * k_ + 4 * kBlockRows) Prune();
}

void ExactScan::Prune() {
  if (least_.size() < k_) return;
  std::erase_if(candidates_, [this](const Bounds& candidate) { return candidate.most < least_.front(); });
}

std::vector<Candidate> ExactScan::Finish() {
  Flush();
  Prune();
  std::vector<Candidate> nearest;
  nearest.reserve(candidates_.size());
  for (const Bounds& candidate : candidates_) {
    const Row row = candidate.row;
    nearest.push_back({row, query_.Exact(rows_.scaling(row).scale, rows_.high(row), rows_.low(row))});
  }
  if (nearest.size() > k_) {
    const auto better = [this](const Candidate& a, const Candidate& b) {
      return a.similarity != b.similarity ? a.similarity > b.similarity : rows_.slot(a.row) < rows_.slot(b.row);
    };
    std::nth_element(nearest.begin(), nearest.begin() + static_cast<ptrdiff_t>(k_) - 1, nearest.end(), better);
    nearest.resize(k_);
  }
  return nearest;
}

}  // namespace lookalike
