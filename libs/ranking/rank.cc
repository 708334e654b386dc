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

  bool HasRoomFor(const Candidate& candidate) const {
    const auto count = counts_.find(GroupOf(candidate));
    return count == counts_.end() || count->first.empty() || count->second < grouping_->max_per_group;
  }
  void Count(const Candidate& candidate) {
    if (grouping_) ++counts_[GroupOf(candidate)];
  }

 private:
  // Empty: the item is a group of its own.
  absl::string_view GroupOf(const Candidate& candidate) const {
    if (!grouping_) return {};
    const auto found = candidate.attributes->find(grouping_->attribute);
    if (found == candidate.attributes->end()) return {};
    const auto* text = std::get_if<std::string>(&found->second);
    return text == nullptr ? absl::string_view() : absl::string_view(*text);
  }

  const std::optional<Grouping>& grouping_;
  absl::flat_hash_map<absl::string_view, size_t> counts_;
};

// All that may be results, best first.
std::vector<Ranked> ByScore(std::span<const Candidate> candidates, const RankingProfile& profile,
                            const RankingOptions& options) {
  std::vector<Ranked> ranked;
  ranked.reserve(candidates.size());
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    const float score = Score(profile, candidate.similarity, *candidate.attributes, options.now);
    if (options.after && !options.after->IsBefore(score, candidate.id)) continue;
    ranked.push_back({.index = i, .score = score});
  }
  std::sort(ranked.begin(), ranked.end(), [&](const Ranked& a, const Ranked& b) {
    return a.score != b.score ? a.score > b.score : candidates[a.index].id < candidates[b.index].id;
  });
  return ranked;
}

std::vector<Ranked> TakeInOrder(std::span<const Candidate> candidates, const std::vector<Ranked>& ranked,
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

// Each candidate keeps its highest similarity to the results so far: one more result costs one comparison with each.
std::vector<Ranked> Diversify(std::span<const Candidate> candidates, std::vector<Ranked> left,
                              const RankingProfile& profile, size_t wanted) {
  const double lambda = profile.diversity->lambda;
  const auto marginal = [lambda](const Ranked& one) {
    return lambda * one.score - (1 - lambda) * one.redundancy.value_or(0);
  };
  std::vector<Ranked> taken;
  GroupLimits groups(profile.grouping);
  while (taken.size() < wanted && !left.empty()) {
    size_t best = 0;
    for (size_t i = 1; i < left.size(); ++i) {
      if (marginal(left[i]) > marginal(left[best])) best = i;
    }
    Ranked next = left[best];
    if (!next.redundancy) next.redundancy = 0;
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(best));
    const Candidate& chosen = candidates[next.index];
    taken.push_back(next);
    groups.Count(chosen);
    std::erase_if(left, [&](const Ranked& one) { return !groups.HasRoomFor(candidates[one.index]); });
    for (Ranked& one : left) {
      const Candidate& other = candidates[one.index];
      const float similarity = Dot(chosen.embedding.data(), other.embedding.data(),
                                   std::min(chosen.embedding.size(), other.embedding.size()));
      one.redundancy = one.redundancy ? std::max(*one.redundancy, similarity) : similarity;
    }
  }
  return taken;
}

}  // namespace

std::vector<Ranked> Rank(std::span<const Candidate> candidates, const RankingProfile& profile,
                         const RankingOptions& options) {
  std::vector<Ranked> ranked = ByScore(candidates, profile, options);
  const size_t wanted = options.skip > std::numeric_limits<size_t>::max() - options.k
                            ? std::numeric_limits<size_t>::max()
                            : options.skip + options.k;
  std::vector<Ranked> taken = profile.diversity ? Diversify(candidates, std::move(ranked), profile, wanted)
                                                : TakeInOrder(candidates, ranked, profile.grouping, wanted);
  taken.erase(taken.begin(), taken.begin() + static_cast<std::ptrdiff_t>(std::min(options.skip, taken.size())));
  return taken;
}

}  // namespace lookalike
