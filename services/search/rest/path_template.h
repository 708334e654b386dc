// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace lookalike {

// A path with variables, each a whole segment or one before a verb: "/v1/collections/{collection}:search",
// "/v1/collections/{collection}/items/{item.id}".
class PathTemplate {
 public:
  explicit PathTemplate(absl::string_view text);

  // The variables' values by name, decoded, if `path` (percent-encoded, without a query) is one of these. A value is
  // never empty; an encoded slash belongs to the value.
  std::optional<std::map<std::string, std::string>> Match(absl::string_view path) const;

  // The variables' names in their order.
  std::vector<std::string> variables() const;

 private:
  struct Segment {
    std::string variable;  // empty: there is none
    std::string text;      // the whole segment, or what follows the variable
  };
  std::vector<Segment> segments_;
};

// "a%2Fb" -> "a/b". Nothing where a '%' is not followed by two hexadecimal digits.
std::optional<std::string> PercentDecoded(absl::string_view text);

}  // namespace lookalike
