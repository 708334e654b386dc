// SPDX-License-Identifier: Apache-2.0
// Private to libs/filter: the tree that a filter is kept as.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "libs/filter/filter.h"

namespace lookalike {

// What a comparison names on its right-hand side.
using FilterValue = std::variant<std::string, double, bool>;

struct Filter::Node {
  enum class Kind {
    kAnd,  // of two or more operands
    kOr,   // of two or more operands
    kNot,  // of one operand
    kEqual,
    kNotEqual,
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kIn,      // of one or more values; the comparisons above have exactly one
    kExists,  // of a name alone
  };

  Kind kind;
  std::vector<std::unique_ptr<const Node>> operands = {};
  std::string name = {};
  std::vector<FilterValue> values = {};
};

// Whether an attribute of that type can be compared with `value` at all. Where it cannot, a comparison is false.
bool Comparable(Filter::Node::Kind kind, AttributeType attribute, const FilterValue& value);

}  // namespace lookalike
