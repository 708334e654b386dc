// SPDX-License-Identifier: Apache-2.0
// Private to libs/filter: from the words of a filter to its tree.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"

#include "libs/filter/filter.h"
#include "libs/filter/lexer.h"

namespace lookalike {

// The tree of `tokens`, which must be one whole expression of the grammar in filter.h and end with kEnd.
absl::StatusOr<std::unique_ptr<const Filter::Node>> ParseTokens(std::vector<Token> tokens);

}  // namespace lookalike
