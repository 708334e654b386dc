// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "libs/filter/attributes.h"

namespace lookalike {

// What the items of a selection have as the value of one attribute: what a shop shows beside its results to narrow
// them.
struct Facet {
  struct Value {
    std::variant<std::string, bool> value;  // of a string list: one of its members
    size_t items = 0;                       // that have it
    bool operator==(const Value&) const = default;
  };

  std::string attribute;
  AttributeType type = AttributeType::kString;
  size_t items = 0;  // that have the attribute, 1 or more

  // Of all types but numbers: the most frequent first, those of as many items in order.
  std::vector<Value> values = {};
  size_t distinct = 0;  // values there are, listed or not

  // Of numbers.
  double least = 0;
  double greatest = 0;
};

}  // namespace lookalike
