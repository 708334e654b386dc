// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "libs/filter/attributes.h"
#include "libs/ranking/profile.h"

namespace lookalike {

// An item that may become a result. A view of the caller's memory.
struct RankingCandidate {
  absl::string_view id;  // no two are the same
  float similarity = 0;
  const Attributes* attributes = nullptr;
  std::span<const float> embedding = {};  // for diversity alone; normalised, of one dimension with the others'
  absl::string_view group = {};           // what the variants of one product have in common; empty: it is no variant
};

// A place in an order by score and id.
struct RankPosition {
  float score = 0;
  std::string id;

  // Whether this one comes first: the higher score, then the smaller id.
  bool IsBefore(float other_score, absl::string_view other_id) const {
    return score != other_score ? score > other_score : absl::string_view(id) < other_id;
  }
};

struct RankingOptions {
  size_t k = 10;                           // results at most
  absl::Time now = absl::UnixEpoch();      // that freshness is computed for
  std::optional<RankPosition> after = {};  // only what comes after it; not with grouping or diversity
  size_t skip = 0;                         // leave out so many of the first results
};

struct Ranked {
  size_t index = 0;                   // in the candidates
  float score = 0;                    // by the profile
  std::optional<float> redundancy{};  // with diversity: the highest similarity to any result before it; 0 for the first
};

// The results in their final order: the highest score first, equal scores by id; with a grouping, no more of a group
// than it allows, the best of it first; with diversity, as Diversity says, equal ones in the order of their scores.
// Deterministic. Time: O(n log n) for n candidates, with diversity O(n · (skip + k) · dimension).
std::vector<Ranked> Rank(std::span<const RankingCandidate> candidates, const RankingProfile& profile,
                         const RankingOptions& options);

}  // namespace lookalike
