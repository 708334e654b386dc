// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libs/filter/filter.h"
#include "services/cli/bench/vector_table.h"

namespace lookalike {

// How the items that a filter lets through lie to the query.
enum class FilterShape {
  kRandom,    // anywhere
  kCombined,  // anywhere; two conditions that each let through the square root of the share
  kNear,      // around the pivot that is nearest to the query
  kFar,       // as far as can be from that pivot: never where the query's neighbours are
};
inline constexpr FilterShape kFilterShapes[] = {FilterShape::kRandom, FilterShape::kCombined, FilterShape::kNear,
                                                FilterShape::kFar};
const char* FilterShapeName(FilterShape shape);

// Attributes for base vectors, and filters on them that let through a given share of the items, exactly but for
// kCombined. Every attribute is a number: the place of the item, from 0 to below 1, when all items are put in some
// order. The orders are random ones, and those by the distance from some vectors of the base, the pivots.
class FilterCases {
 public:
  FilterCases(const VectorTable& base, uint64_t seed);

  Attributes AttributesOf(uint32_t item) const;

  // One of the conditions that a filter is made of.
  struct Condition {
    size_t attribute;
    bool at_least;  // otherwise: less than
    double bound;
  };
  using Conditions = std::vector<Condition>;  // all must hold

  Conditions For(FilterShape shape, double share, std::span<const float> query) const;
  bool Allow(const Conditions& conditions, uint32_t item) const;
  Filter ToFilter(const Conditions& conditions) const;

 private:
  size_t NearestPivot(std::span<const float> query) const;

  std::vector<std::vector<double>> values_;  // of each attribute, by item: random orders, then one for each pivot
  VectorTable pivots_;
};

}  // namespace lookalike
