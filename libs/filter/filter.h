// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/filter/attributes.h"

namespace lookalike {

class AttributeIndex;

// A predicate on the attributes of an item, as people write it:
//
//   category = "boots" and price < 80 and not brand in ["a", "b"]
//
//   expression = term { "or" term }
//   term       = factor { "and" factor }
//   factor     = "not" factor | "(" expression ")" | comparison
//   comparison = name ("=" | "!=") value | name ("<" | "<=" | ">" | ">=") (number | string)
//              | name "in" "[" value { "," value } "]" | "exists" name
//   value      = string in double quotes (escapes \" \\ \n \t) | number | true | false
//
// Words are matched whatever their case, names are not. A comparison with an attribute that the item lacks, or that has
// another type than the value, is false, `!=` included; `not` inverts whatever stands behind it. On a string list, =
// and `in` ask whether the list contains the value. Strings are ordered by their bytes.
//
// Immutable and cheap to copy; thread-safe.
class Filter {
 public:
  // Matches every item.
  Filter() = default;

  // InvalidArgument where `text` is not in the grammar; the message says at which byte (counted from 1) and what was
  // expected there. Text longer than 64 KiB, as it stands or as ToString() writes it, and nesting deeper than 100 are
  // refused too. Blank text matches every item.
  static absl::StatusOr<Filter> Parse(absl::string_view text);

  // InvalidArgument where the filter names an attribute that `schema` lacks, compares one with a value of another type,
  // or asks for the order of a string list; the message names the attribute, its type and the one compared with.
  absl::Status CheckAgainst(const AttributeSchema& schema) const;

  bool Matches(const Attributes& attributes) const;
  bool MatchesEverything() const { return root_ == nullptr; }

  // The same filter in the grammar above; Parse() of it gives an equal filter. Empty for one that matches everything.
  std::string ToString() const;

  struct Node;  // a step of the expression tree (libs/filter/node.h)

 private:
  friend class AttributeIndex;  // evaluates the tree in its own way

  explicit Filter(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

}  // namespace lookalike
