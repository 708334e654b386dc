// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/ground_truth.h"

#include <algorithm>
#include <queue>
#include <utility>

#include "libs/vector/dot.h"

namespace lookalike {
namespace {

// Queries compared with a base vector while it is in the cache.
constexpr size_t kGroup = 16;

}  // namespace

void ForEachQuery(const VectorTable& base, const VectorTable& queries,
                  const std::function<void(size_t query, std::span<const float> similarities)>& visit) {
  std::vector<std::vector<float>> similarities(kGroup, std::vector<float>(base.size()));
  const DotFunction dot = BestDotKernel().dot;
  for (size_t first = 0; first < queries.size(); first += kGroup) {
    const size_t group = std::min(kGroup, queries.size() - first);
    for (size_t i = 0; i < base.size(); ++i) {
      for (size_t q = 0; q < group; ++q) {
        similarities[q][i] = dot(base[i].data(), queries[first + q].data(), base.dimension());
      }
    }
    for (size_t q = 0; q < group; ++q) visit(first + q, similarities[q]);
  }
}

ExactNeighbors MostSimilar(std::span<const float> similarities, size_t k,
                           const std::function<bool(uint32_t)>& allowed) {
  using Scored = std::pair<float, uint32_t>;
  std::priority_queue<Scored, std::vector<Scored>, std::greater<>> best;  // the worst of them on top
  for (uint32_t i = 0; i < similarities.size(); ++i) {
    if (best.size() == k && similarities[i] <= best.top().first) continue;
    if (allowed != nullptr && !allowed(i)) continue;
    if (best.size() == k) best.pop();
    best.emplace(similarities[i], i);
  }
  ExactNeighbors neighbors;
  for (; !best.empty(); best.pop()) neighbors.push_back(best.top().second);
  return neighbors;
}

std::vector<ExactNeighbors> FindExactly(const VectorTable& base, const VectorTable& queries, size_t k) {
  std::vector<ExactNeighbors> exact(queries.size());
  ForEachQuery(base, queries,
               [&](size_t query, std::span<const float> similarities) { exact[query] = MostSimilar(similarities, k); });
  return exact;
}

size_t CountFound(const ExactNeighbors& exact, std::span<const uint32_t> results) {
  return static_cast<size_t>(std::count_if(exact.begin(), exact.end(), [&](uint32_t neighbor) {
    return std::find(results.begin(), results.end(), neighbor) != results.end();
  }));
}

}  // namespace lookalike
