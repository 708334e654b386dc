// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "libs/filter/attributes.h"
#include "libs/filter/filter.h"

namespace lookalike {

// The largest profile; more is InvalidArgument, naming the field.
inline constexpr double kMaxRankingWeight = 1e6;  // and as much below 0
inline constexpr size_t kMaxSignals = 32;         // of one profile, and as many boosts
inline constexpr double kMaxOversample = 100;
inline constexpr size_t kMaxPerGroup = 100;
inline constexpr size_t kMaxPool = 10'000;            // candidates of one search …
inline constexpr size_t kMaxDiversifiedPool = 1'000;  // … and with diversity, which compares each with the results

// Makes of an attribute's value x a number from 0 to 1. What is outside of min and max counts as the nearer one.
struct LinearScale {  // (x - min) / (max - min)
  double min = 0;
  double max = 1;
};
struct LogScale {  // ln(1 + x - min) / ln(1 + max - min)
  double min = 0;
  double max = 1;
};
struct SigmoidScale {  // 1 / (1 + e^-((x - midpoint) / scale))
  double midpoint = 0;
  double scale = 1;
};
using Scale = std::variant<LinearScale, LogScale, SigmoidScale>;

double Normalized(const Scale& scale, double x);

// A numeric attribute.
struct Signal {
  std::string attribute;
  double weight = 0;
  Scale scale = {};
  double missing = 0;  // the normalised value of items that lack the attribute
};

// What matches counts more, or less.
struct Boost {
  Filter condition;
  double weight = 0;
};

// weight · 2^(-age / half_life), the age in seconds from the attribute, seconds since 1970, to the time of the search;
// nothing for items that lack it. What is of the future has the age 0.
struct Freshness {
  std::string attribute;
  double half_life = 0;  // seconds
  double weight = 0;
};

// At most so many results of one group.
struct Grouping {
  std::string attribute;  // whose values are the groups; empty: RankingCandidate::group
  size_t max_per_group = 1;
};

// Maximal marginal relevance (Carbonell and Goldstein, 1998): the next result is the candidate with the most
// lambda · score - (1 - lambda) · (highest similarity to any result before it).
struct Diversity {
  double lambda = 1;  // 0 to 1
};

// How results are put in order. The score of a candidate is
//
//   similarity_weight · similarity + Σ signals + Σ boosts + freshness
//
// Without any of its parts it is the similarity.
struct RankingProfile {
  double similarity_weight = 1;
  std::vector<Signal> signals;
  std::vector<Boost> boosts;
  std::optional<Freshness> freshness;
  double oversample = 4;                // candidates for each result wanted
  std::optional<float> min_similarity;  // less similar items are no candidates
  std::optional<Grouping> grouping;
  std::optional<Diversity> diversity;

  // Whether a result's place depends on all other candidates, and not on its own score alone.
  bool OrderDependsOnOthers() const { return grouping.has_value() || diversity.has_value(); }
};

// InvalidArgument, naming the member ("ranking.signals[1].weight: …"), where one is outside of its range.
absl::Status Validate(const RankingProfile& profile);

// InvalidArgument, naming the member, where the profile asks for an attribute that `schema` lacks or has with another
// type.
absl::Status CheckAgainst(const AttributeSchema& schema, const RankingProfile& profile);

// How many of the most similar items are ranked for `k` results: oversample · k, at least k, at most kMaxPool or
// kMaxDiversifiedPool.
size_t PoolSize(const RankingProfile& profile, size_t k);

}  // namespace lookalike
