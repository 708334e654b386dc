// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"

#include "libs/filter/attributes.h"
#include "libs/ranking/profile.h"

namespace lookalike {

// The score of an item by the formula of RankingProfile, computed in double precision. Attributes of another type than
// the profile wants count as missing.
float Score(const RankingProfile& profile, float similarity, const Attributes& attributes, absl::Time now);

// One summand of a score.
struct ScorePart {
  std::string name;   // "similarity", "signal margin", "boost in_stock = true", "freshness listed_at"
  double value = 0;   // of the similarity, or 0 to 1
  double weight = 0;  // what it adds is weight · value
  bool missing = false;
};

// All of them, in the order of the formula.
std::vector<ScorePart> ScoreParts(const RankingProfile& profile, float similarity, const Attributes& attributes,
                                  absl::Time now);

}  // namespace lookalike
