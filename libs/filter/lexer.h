// SPDX-License-Identifier: Apache-2.0
// Private to libs/filter: from the text of a filter to its words.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace lookalike {

inline constexpr size_t kMaxAttributeNameBytes = 128;

enum class TokenKind {
  kEnd,
  kName,
  kString,
  kNumber,
  kAnd,
  kOr,
  kNot,
  kIn,
  kExists,
  kTrue,
  kFalse,
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kOpenParenthesis,
  kCloseParenthesis,
  kOpenBracket,
  kCloseBracket,
  kComma,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  size_t position = 0;  // byte at which it starts, counted from 1
  std::string text;     // kString: the value, escapes undone; all other kinds: as written
  double number = 0;    // kNumber only
};

bool StartsName(char c);
bool ContinuesName(char c);

// The kind of a keyword, whatever its case; kName for any other word.
TokenKind WordKind(absl::string_view word);

// The tokens of `text` in their order, kEnd last. InvalidArgument for what cannot be one, saying where and why.
absl::StatusOr<std::vector<Token>> Tokenize(absl::string_view text);

// The InvalidArgument of a filter that is wrong at byte `position`, counted from 1.
absl::Status SyntaxError(size_t position, absl::string_view problem);

}  // namespace lookalike
