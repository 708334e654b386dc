// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/filter_cases.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "libs/vector/dot.h"

namespace lookalike {
namespace {

constexpr size_t kRandomOrders = 2;
constexpr size_t kPivots = 16;

// Each item's place in `order`, as a share of all.
std::vector<double> Places(const std::vector<uint32_t>& order) {
  std::vector<double> places(order.size());
  for (size_t i = 0; i < order.size(); ++i)
    places[order[i]] = static_cast<double>(i) / static_cast<double>(order.size());
  return places;
}

float Similarity(std::span<const float> a, std::span<const float> b) { return Dot(a.data(), b.data(), a.size()); }

std::string AttributeName(size_t attribute) { return absl::StrCat("place", attribute); }

}  // namespace

const char* FilterShapeName(FilterShape shape) {
  switch (shape) {
    case FilterShape::kRandom:
      return "random";
    case FilterShape::kCombined:
      return "combined";
    case FilterShape::kNear:
      return "near";
    case FilterShape::kFar:
      return "far";
  }
  return "";
}

FilterCases::FilterCases(const VectorTable& base, uint64_t seed) : pivots_(base.dimension()) {
  std::mt19937_64 random(seed);
  std::vector<uint32_t> order(base.size());
  std::iota(order.begin(), order.end(), 0u);
  for (size_t i = 0; i < kRandomOrders; ++i) {
    std::shuffle(order.begin(), order.end(), random);
    values_.push_back(Places(order));
  }
  std::vector<float> similarities(base.size());
  for (size_t i = 0; i < kPivots; ++i) {
    pivots_.Append(base[random() % base.size()]);
    for (uint32_t item = 0; item < base.size(); ++item) similarities[item] = Similarity(pivots_[i], base[item]);
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return similarities[a] > similarities[b]; });
    values_.push_back(Places(order));
  }
}

Attributes FilterCases::AttributesOf(uint32_t item) const {
  Attributes attributes;
  for (size_t i = 0; i < values_.size(); ++i) attributes.emplace(AttributeName(i), values_[i][item]);
  return attributes;
}

size_t FilterCases::NearestPivot(std::span<const float> query) const {
  size_t nearest = 0;
  for (size_t i = 1; i < pivots_.size(); ++i) {
    if (Similarity(pivots_[i], query) > Similarity(pivots_[nearest], query)) nearest = i;
  }
  return nearest;
}

FilterCases::Conditions FilterCases::For(FilterShape shape, double share, std::span<const float> query) const {
  switch (shape) {
    case FilterShape::kRandom:
      return {{0, false, share}};
    case FilterShape::kCombined:
      return {{0, false, std::sqrt(share)}, {1, false, std::sqrt(share)}};
    case FilterShape::kNear:
      return {{kRandomOrders + NearestPivot(query), false, share}};
    case FilterShape::kFar:
      return {{kRandomOrders + NearestPivot(query), true, 1 - share}};
  }
  return {};
}

bool FilterCases::Allow(const Conditions& conditions, uint32_t item) const {
  return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
    return (values_[condition.attribute][item] >= condition.bound) == condition.at_least;
  });
}

Filter FilterCases::ToFilter(const Conditions& conditions) const {
  const auto text = absl::StrJoin(conditions, " and ", [](std::string* out, const Condition& condition) {
    // 17 digits give the same double back.
    absl::StrAppendFormat(out, "%s %s %.17g", AttributeName(condition.attribute), condition.at_least ? ">=" : "<",
                          condition.bound);
  });
  return Filter::Parse(text).value();  // it is in the grammar
}

}  // namespace lookalike
