// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "lookalike/v1/ranking.pb.h"

#include "libs/ranking/profile.h"
#include "libs/ranking/score.h"

// lookalike.v1.RankingProfile ⇄ the domain's types. A collection keeps a profile as the bytes of its message.
namespace lookalike {

// InvalidArgument, naming the field ("ranking.boosts[0].filter: …"), for what is not a profile.
absl::StatusOr<RankingProfile> FromProto(const v1::RankingProfile& profile);

void ToProto(const std::vector<ScorePart>& parts, v1::Explanation& proto);

}  // namespace lookalike
