// SPDX-License-Identifier: Apache-2.0
#include "libs/ranking/rank.h"

#include <algorithm>
#include <limits>

#include "absl/container/flat_hash_map.h"

#include "libs/ranking/score.h"
#include "libs/vector/dot.h"

namespace lookalike {
namespace {

// Says of each result whether its group still has room.
class GroupLimits {
 public:
  explicit GroupLimits(const std::optional<Grouping>& grouping) : grouping_(grouping) {}

  bool HasRoomFor(const RankingCandidate& candidate) const {
    const auto count = counts_.find(GroupOf(candidate));
    return count == counts_.end() || count->first.empty() || count->second < grouping_->max_per_group;
  }
  void Count(const RankingCandidate& candidate) {
    if (grouping_) ++counts_[GroupOf(candidate)];
  }

 private:
  // Empty: the item is a group of its own.
  absl::string_view GroupOf(const RankingCandidate& candidate) const {
    if (!grouping_) return {};
    if (grouping_->attribute.empty()) return candidate.group;
    const auto found = candidate.attributes->find(grouping_->attribute);
    if (found == candidate.attributes->end()) return {};
    const auto* text = std::get_if<std::string>(&found->second);
    return text == nullptr ? absl::string_view() : absl::string_view(*text);
  }

  const std::optional<Grouping>& grouping_;
  absl::flat_hash_map<absl::string_view, size_t> counts_;
};

// All that may be results, best first.
std::vector<Ranked> ByScore(std::span<const RankingCandidate> candidates, const RankingProfile& profile,
                            const RankingOptions& options) {
  std::vector<Ranked> ranked;
  ranked.reserve(candidates.size());
  for (size_t i = 0; i < candidates.size(); ++i) {
    const RankingCandidate& candidate = candidates[i];
    const float score = Score(profile, candidate.similarity, *candidate.attributes, options.now);
    if (options.after && !options.after->IsBefore(score, candidate.id)) continue;
    ranked.push_back({.index = i, .score = score});
  }
  std::sort(ranked.begin(), ranked.end(), [&](const Ranked& a, const Ranked& b) {
    return a.score != b.score ? a.score > b.score : candidates[a.index].id < candidates[b.index].id;
  });
  return ranked;
}

std::vector<Ranked> TakeInOrder(std::span<const RankingCandidate> candidates, const std::vector<Ranked>& ranked,
                                const std::optional<Grouping>& grouping, size_t wanted) {
  std::vector<Ranked> taken;
  GroupLimits groups(grouping);
  for (const Ranked& one : ranked) {
    if (taken.size() == wanted) break;
    if (!groups.HasRoomFor(candidates[one.index])) continue;
    groups.Count(candidates[one.index]);
    taken.push_back(one);
  }
  return taken;
}

// A candidate that waits to become the next result of a diverse order.
struct Waiting {
  Ranked ranked;
  size_t order = 0;       // by score
  size_t compared = 0;    // with so many of the results
  float redundancy = -1;  // the highest similarity to those; so far, more can only raise it
  double most = 0;        // the marginal relevance under that redundancy: more comparisons can only lower it

  // For a heap with the best on top.
  bool operator<(const Waiting& other) const { return most != other.most ? most < other.most : order > other.order; }
};

// A result is the candidate whose marginal relevance is the highest after it was compared with all results before.
// Those that could not be it even if nothing more were like them wait uncompared (Minoux' lazy greedy algorithm, 1978).
std::vector<Ranked> Diversify(std::span<const RankingCandidate> candidates, const std::vector<Ranked>& ranked,
                              const RankingProfile& profile, size_t wanted) {
  const double lambda = profile.diversity->lambda;
  const auto marginal = [lambda](const Waiting& one) {
    return lambda * one.ranked.score - (1 - lambda) * one.redundancy;
  };
  std::vector<Waiting> heap;
  heap.reserve(ranked.size());
  for (size_t i = 0; i < ranked.size(); ++i) {
    heap.push_back({.ranked = ranked[i], .order = i});
    heap.back().most = marginal(heap.back());
  }
  std::make_heap(heap.begin(), heap.end());
  std::vector<Ranked> taken;
  GroupLimits groups(profile.grouping);
  while (taken.size() < wanted && !heap.empty()) {
    std::pop_heap(heap.begin(), heap.end());
    Waiting& one = heap.back();
    const RankingCandidate& candidate = candidates[one.ranked.index];
    if (one.compared < taken.size() && groups.HasRoomFor(candidate)) {
      const std::span<const float> other = candidates[taken[one.compared++].index].embedding;
      const size_t dimension = std::min(candidate.embedding.size(), other.size());
      one.redundancy = std::max(one.redundancy, Dot(candidate.embedding.data(), other.data(), dimension));
      one.most = marginal(one);
      std::push_heap(heap.begin(), heap.end());
      continue;
    }
    if (groups.HasRoomFor(candidate)) {
      groups.Count(candidate);
      one.ranked.redundancy = taken.empty() ? 0 : one.redundancy;
      taken.push_back(one.ranked);
    }
    heap.pop_back();
  }
  return taken;
}

}  // namespace

std::vector<Ranked> Rank(std::span<const RankingCandidate> candidates, const RankingProfile& profile,
                         const RankingOptions& options) {
  const std::vector<Ranked> ranked = ByScore(candidates, profile, options);
  const size_t wanted = options.skip > std::numeric_limits<size_t>::max() - options.k
                            ? std::numeric_limits<size_t>::max()
                            : options.skip + options.k;
  std::vector<Ranked> taken = profile.diversity ? Diversify(candidates, ranked, profile, wanted)
                                                : TakeInOrder(candidates, ranked, profile.grouping, wanted);
  taken.erase(taken.begin(), taken.begin() + static_cast<std::ptrdiff_t>(std::min(options.skip, taken.size())));
  return taken;
}

}  // namespace lookalike
