// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace lookalike {

// An item that may become a result. A view of the caller's memory.
struct Candidate {
  absl::string_view id;
  float score = 0;  // higher is better
};

struct RankingOptions {
  size_t k = 10;                               // results at most
  std::optional<float> min_score = {};         // candidates below it are left out; one of exactly this score stays
  std::vector<std::string> excluded_ids = {};  // never results: the item that was asked about, for instance
};

// The results, as indices into `candidates` in their final order: the highest score first, equal scores by id, equal
// ids by index. A score that is NaN is no result.
std::vector<size_t> Rank(std::span<const Candidate> candidates, const RankingOptions& options);

}  // namespace lookalike
