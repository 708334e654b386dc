// SPDX-License-Identifier: Apache-2.0
#include "libs/ranking/score.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

std::optional<double> NumberOf(const Attributes& attributes, const std::string& name) {
  const auto found = attributes.find(name);
  if (found == attributes.end()) return std::nullopt;
  const auto* number = std::get_if<double>(&found->second);
  return number == nullptr ? std::nullopt : std::optional<double>(*number);
}

// Calls visit(kind, subject, value, weight, missing) for each summand; `subject` is called for its text only.
template <class Visit>
void ForEachPart(const RankingProfile& profile, float similarity, const Attributes& attributes, absl::Time now,
                 Visit visit) {
  visit(
      "similarity", [] { return std::string(); }, similarity, profile.similarity_weight, false);
  for (const Signal& signal : profile.signals) {
    const std::optional<double> number = NumberOf(attributes, signal.attribute);
    const double value = number ? Normalized(signal.scale, *number) : signal.missing;
    visit(
        "signal ", [&] { return signal.attribute; }, value, signal.weight, !number);
  }
  for (const Boost& boost : profile.boosts) {
    const double value = boost.condition.Matches(attributes) ? 1 : 0;
    visit(
        "boost ", [&] { return boost.condition.ToString(); }, value, boost.weight, false);
  }
  if (!profile.freshness) return;
  const Freshness& freshness = *profile.freshness;
  const std::optional<double> time = NumberOf(attributes, freshness.attribute);
  const double age = time ? std::max(0.0, absl::ToDoubleSeconds(now - absl::UnixEpoch()) - *time) : 0;
  const double value = time ? std::exp2(-age / freshness.half_life) : 0;
  visit(
      "freshness ", [&] { return freshness.attribute; }, value, freshness.weight, !time);
}

}  // namespace

float Score(const RankingProfile& profile, float similarity, const Attributes& attributes, absl::Time now) {
  double score = 0;
  ForEachPart(profile, similarity, attributes, now,
              [&](const char*, auto, double value, double weight, bool) { score += weight * value; });
  return static_cast<float>(score);
}

std::vector<ScorePart> ScoreParts(const RankingProfile& profile, float similarity, const Attributes& attributes,
                                  absl::Time now) {
  std::vector<ScorePart> parts;
  ForEachPart(profile, similarity, attributes, now,
              [&](const char* kind, auto subject, double value, double weight, bool missing) {
                parts.push_back({absl::StrCat(kind, subject()), value, weight, missing});
              });
  return parts;
}

}  // namespace lookalike
