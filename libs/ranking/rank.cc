// SPDX-License-Identifier: Apache-2.0
#include "libs/ranking/rank.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "absl/container/flat_hash_set.h"

namespace lookalike {

std::vector<size_t> Rank(std::span<const Candidate> candidates, const RankingOptions& options) {
  const absl::flat_hash_set<absl::string_view> excluded(options.excluded_ids.begin(), options.excluded_ids.end());
  const auto is_result = [&](const Candidate& candidate) {
    return !std::isnan(candidate.score) && !(options.min_score.has_value() && candidate.score < *options.min_score) &&
           !excluded.contains(candidate.id);
  };
  std::vector<size_t> results;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (is_result(candidates[i])) results.push_back(i);
  }
  const auto is_before = [&](size_t a, size_t b) {
    const Candidate &left = candidates[a], &right = candidates[b];
    return std::tie(right.score, left.id, a) < std::tie(left.score, right.id, b);
  };
  const size_t count = std::min(options.k, results.size());
  std::partial_sort(results.begin(), results.begin() + static_cast<std::ptrdiff_t>(count), results.end(), is_before);
  results.resize(count);
  return results;
}

}  // namespace lookalike
