// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/ranking_convert.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

absl::StatusOr<Signal> SignalFromProto(const v1::NumericSignal& proto, absl::string_view field) {
  Signal signal = {.attribute = proto.attribute(), .weight = proto.weight(), .missing = proto.missing()};
  switch (proto.normalization_case()) {
    case v1::NumericSignal::kLinear:
      signal.scale = LinearScale{proto.linear().min(), proto.linear().max()};
      break;
    case v1::NumericSignal::kLog:
      signal.scale = LogScale{proto.log().min(), proto.log().max()};
      break;
    case v1::NumericSignal::kSigmoid:
      signal.scale = SigmoidScale{proto.sigmoid().midpoint(), proto.sigmoid().scale()};
      break;
    default:
      return absl::InvalidArgumentError(absl::StrCat(field, ": one of linear, log and sigmoid must be given"));
  }
  return signal;
}

absl::StatusOr<Boost> BoostFromProto(const v1::Boost& proto, absl::string_view field) {
  absl::StatusOr<Filter> condition = Filter::Parse(proto.filter());
  if (!condition.ok()) return absl::InvalidArgumentError(absl::StrCat(field, ".", condition.status().message()));
  if (condition->MatchesEverything()) return absl::InvalidArgumentError(absl::StrCat(field, ".filter: is empty"));
  return Boost{*std::move(condition), proto.weight()};
}

}  // namespace

absl::StatusOr<RankingProfile> FromProto(const v1::RankingProfile& proto) {
  RankingProfile profile;
  if (proto.has_similarity_weight()) profile.similarity_weight = proto.similarity_weight();
  for (int i = 0; i < proto.signals_size(); ++i) {
    absl::StatusOr<Signal> signal = SignalFromProto(proto.signals(i), absl::StrCat("ranking.signals[", i, "]"));
    if (!signal.ok()) return signal.status();
    profile.signals.push_back(*std::move(signal));
  }
  for (int i = 0; i < proto.boosts_size(); ++i) {
    absl::StatusOr<Boost> boost = BoostFromProto(proto.boosts(i), absl::StrCat("ranking.boosts[", i, "]"));
    if (!boost.ok()) return boost.status();
    profile.boosts.push_back(*std::move(boost));
  }
  if (proto.has_freshness()) {
    const v1::Freshness& freshness = proto.freshness();
    profile.freshness = Freshness{freshness.attribute(), freshness.half_life_seconds(), freshness.weight()};
  }
  if (proto.has_oversample()) profile.oversample = proto.oversample();
  if (proto.has_min_similarity()) profile.min_similarity = proto.min_similarity();
  if (proto.has_grouping()) {
    const v1::Grouping& grouping = proto.grouping();
    profile.grouping = Grouping{grouping.attribute(), grouping.max_per_group() == 0 ? 1 : grouping.max_per_group()};
  }
  if (proto.has_diversity()) profile.diversity = Diversity{proto.diversity().lambda()};
  if (absl::Status status = Validate(profile); !status.ok()) return status;
  return profile;
}

void ToProto(const std::vector<ScorePart>& parts, v1::Explanation& proto) {
  for (const ScorePart& part : parts) {
    v1::ScorePart& added = *proto.add_parts();
    added.set_name(part.name);
    added.set_value(part.value);
    added.set_weight(part.weight);
    added.set_contribution(part.weight * part.value);
    added.set_missing(part.missing);
  }
}

}  // namespace lookalike
