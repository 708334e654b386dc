// SPDX-License-Identifier: Apache-2.0
#include "libs/ranking/profile.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

absl::Status Invalid(absl::string_view field, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("ranking.", field, ": ", problem));
}

// NaN is outside of every range.
absl::Status ValidateRange(absl::string_view field, double value, double least, double most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return Invalid(field, absl::StrCat("must be ", least, " to ", most, ", got ", value));
}

absl::Status ValidateWeight(absl::string_view field, double weight) {
  return ValidateRange(field, weight, -kMaxRankingWeight, kMaxRankingWeight);
}

absl::Status ValidateCount(absl::string_view field, size_t count) {
  if (count <= kMaxSignals) return absl::OkStatus();
  return Invalid(field, absl::StrCat("there are ", count, ", at most ", kMaxSignals, " are allowed"));
}

absl::Status ValidateScale(const std::string& field, const Scale& scale) {
  if (const auto* sigmoid = std::get_if<SigmoidScale>(&scale)) {
    const bool good = std::isfinite(sigmoid->midpoint) && std::isfinite(sigmoid->scale) && sigmoid->scale != 0;
    return good ? absl::OkStatus() : Invalid(field, "midpoint and scale must be finite, and scale not 0");
  }
  const auto* linear = std::get_if<LinearScale>(&scale);
  const double min = linear != nullptr ? linear->min : std::get<LogScale>(scale).min;
  const double max = linear != nullptr ? linear->max : std::get<LogScale>(scale).max;
  const bool good = std::isfinite(min) && std::isfinite(max) && min < max && std::isfinite(max - min);
  return good ? absl::OkStatus() : Invalid(field, "min and max must be finite, and min below max");
}

absl::Status ValidateSignal(const std::string& field, const Signal& signal) {
  absl::Status status = ValidateWeight(absl::StrCat(field, ".weight"), signal.weight);
  status.Update(ValidateScale(field, signal.scale));
  status.Update(ValidateRange(absl::StrCat(field, ".missing"), signal.missing, 0, 1));
  return status;
}

absl::Status ValidateSelection(const RankingProfile& profile) {
  absl::Status status = ValidateRange("oversample", profile.oversample, 1, kMaxOversample);
  if (profile.min_similarity) status.Update(ValidateRange("min_similarity", *profile.min_similarity, -1, 1));
  if (profile.grouping) {
    const double most = static_cast<double>(profile.grouping->max_per_group);
    status.Update(ValidateRange("grouping.max_per_group", most, 1, kMaxPerGroup));
  }
  if (profile.diversity) status.Update(ValidateRange("diversity.lambda", profile.diversity->lambda, 0, 1));
  return status;
}

absl::Status CheckAttribute(const AttributeSchema& schema, absl::string_view field, absl::string_view attribute,
                            AttributeType wanted) {
  const auto found = schema.find(attribute);
  if (found == schema.end()) return Invalid(field, absl::StrCat("no item has an attribute \"", attribute, "\""));
  if (found->second == wanted) return absl::OkStatus();
  return Invalid(field, absl::StrCat("attribute \"", attribute, "\" is a ", AttributeTypeName(found->second),
                                     ", and a ", AttributeTypeName(wanted), " is needed"));
}

double Share(double part, double whole) { return std::clamp(part / whole, 0.0, 1.0); }

}  // namespace

double Normalized(const Scale& scale, double x) {
  if (const auto* linear = std::get_if<LinearScale>(&scale)) return Share(x - linear->min, linear->max - linear->min);
  if (const auto* log = std::get_if<LogScale>(&scale)) {
    return Share(std::log1p(std::max(0.0, x - log->min)), std::log1p(log->max - log->min));
  }
  const auto& sigmoid = std::get<SigmoidScale>(scale);
  return 1 / (1 + std::exp(-(x - sigmoid.midpoint) / sigmoid.scale));
}

absl::Status Validate(const RankingProfile& profile) {
  absl::Status status = ValidateWeight("similarity_weight", profile.similarity_weight);
  status.Update(ValidateCount("signals", profile.signals.size()));
  status.Update(ValidateCount("boosts", profile.boosts.size()));
  for (size_t i = 0; i < profile.signals.size(); ++i) {
    status.Update(ValidateSignal(absl::StrCat("signals[", i, "]"), profile.signals[i]));
  }
  for (size_t i = 0; i < profile.boosts.size(); ++i) {
    status.Update(ValidateWeight(absl::StrCat("boosts[", i, "].weight"), profile.boosts[i].weight));
  }
  if (profile.freshness) {
    status.Update(ValidateWeight("freshness.weight", profile.freshness->weight));
    // The longest is longer than time has been counted; the shortest makes no division overflow.
    status.Update(ValidateRange("freshness.half_life_seconds", profile.freshness->half_life, 1, 1e12));
  }
  status.Update(ValidateSelection(profile));
  return status;
}

absl::Status CheckAgainst(const AttributeSchema& schema, const RankingProfile& profile) {
  absl::Status status;
  for (size_t i = 0; i < profile.signals.size(); ++i) {
    const std::string field = absl::StrCat("signals[", i, "].attribute");
    status.Update(CheckAttribute(schema, field, profile.signals[i].attribute, AttributeType::kNumber));
  }
  for (size_t i = 0; i < profile.boosts.size(); ++i) {
    const absl::Status checked = profile.boosts[i].condition.CheckAgainst(schema);
    if (!checked.ok()) status.Update(Invalid(absl::StrCat("boosts[", i, "]"), checked.message()));
  }
  if (profile.freshness) {
    status.Update(CheckAttribute(schema, "freshness.attribute", profile.freshness->attribute, AttributeType::kNumber));
  }
  if (profile.grouping && !profile.grouping->attribute.empty()) {
    status.Update(CheckAttribute(schema, "grouping.attribute", profile.grouping->attribute, AttributeType::kString));
  }
  return status;
}

size_t PoolSize(const RankingProfile& profile, size_t k) {
  const size_t most = profile.diversity ? kMaxDiversifiedPool : kMaxPool;
  const auto wanted = static_cast<size_t>(std::ceil(profile.oversample * static_cast<double>(k)));
  return std::max(k, std::min(wanted, most));
}

}  // namespace lookalike
