// SPDX-License-Identifier: Apache-2.0
#include "libs/filter/lexer.h"

#include <charconv>
#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

bool StartsNumber(char c) { return absl::ascii_isdigit(c) || c == '-' || c == '+' || c == '.'; }

class Lexer {
 public:
  explicit Lexer(absl::string_view text) : text_(text) {}

  absl::StatusOr<Token> Next() {
    while (at_ < text_.size() && absl::ascii_isspace(text_[at_])) ++at_;
    if (at_ == text_.size()) return TakeBytes(TokenKind::kEnd, 0);
    const char c = text_[at_];
    if (StartsName(c)) return TakeWord();
    if (StartsNumber(c)) return TakeNumber();
    if (c == '"') return TakeString();
    return TakeSymbol();
  }

 private:
  Token TakeBytes(TokenKind kind, size_t size) {
    Token token{kind, at_ + 1, std::string(text_.substr(at_, size))};
    at_ += size;
    return token;
  }

  absl::StatusOr<Token> TakeWord() {
    size_t size = 1;
    while (at_ + size < text_.size() && ContinuesName(text_[at_ + size])) ++size;
    if (size > kMaxAttributeNameBytes) {
      return SyntaxError(at_ + 1, absl::StrCat("expected an attribute name of at most ", kMaxAttributeNameBytes,
                                               " bytes, found one of ", size));
    }
    return TakeBytes(WordKind(text_.substr(at_, size)), size);
  }

  absl::StatusOr<Token> TakeNumber() {
    const char* const begin = text_.data() + at_;
    const char* const end = text_.data() + text_.size();
    double number = 0;
    const auto [after, error] = std::from_chars(begin, end, number);
    if (error == std::errc::result_out_of_range) {
      return SyntaxError(at_ + 1, "expected a number that a 64-bit float can hold");
    }
    // from_chars also reads "-inf" and "-nan"; and a number that runs into a word is a slip of the pen.
    if (error != std::errc() || !std::isfinite(number) || (after != end && ContinuesName(*after))) {
      return SyntaxError(at_ + 1, "expected a decimal number such as 80, -1.5 or 2e6");
    }
    Token token = TakeBytes(TokenKind::kNumber, static_cast<size_t>(after - begin));
    token.number = number;
    return token;
  }

  absl::StatusOr<Token> TakeString() {
    Token token{TokenKind::kString, at_ + 1, ""};
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] != '\\') {
        token.text.push_back(text_[at_]);
        continue;
      }
      if (++at_ == text_.size()) break;
      switch (text_[at_]) {
        case '"':
        case '\\':
          token.text.push_back(text_[at_]);
          break;
        case 'n':
          token.text.push_back('\n');
          break;
        case 't':
          token.text.push_back('\t');
          break;
        default:
          return SyntaxError(at_, "expected one of the escapes \\\" \\\\ \\n \\t");
      }
    }
    if (at_ == text_.size())
      return SyntaxError(token.position, "expected a closing '\"' for the string that opens here");
    ++at_;
    return token;
  }

  absl::StatusOr<Token> TakeSymbol() {
    static constexpr std::pair<absl::string_view, TokenKind> kSymbols[] = {
        {"!=", TokenKind::kNotEqual},
        {"<=", TokenKind::kLessOrEqual},
        {">=", TokenKind::kGreaterOrEqual},
        {"=", TokenKind::kEqual},
        {"<", TokenKind::kLess},
        {">", TokenKind::kGreater},
        {"(", TokenKind::kOpenParenthesis},
        {")", TokenKind::kCloseParenthesis},
        {"[", TokenKind::kOpenBracket},
        {"]", TokenKind::kCloseBracket},
        {",", TokenKind::kComma},
    };
    for (const auto& [symbol, kind] : kSymbols) {
      if (absl::StartsWith(text_.substr(at_), symbol)) return TakeBytes(kind, symbol.size());
    }
    const auto byte = static_cast<unsigned char>(text_[at_]);
    return SyntaxError(at_ + 1, absl::StrCat("expected a name, a value or an operator, found ",
                                             absl::ascii_isgraph(byte)
                                                 ? absl::StrCat("'", text_.substr(at_, 1), "'")
                                                 : absl::StrCat("the byte 0x", absl::Hex(byte, absl::kZeroPad2))));
  }

  const absl::string_view text_;
  size_t at_ = 0;  // the first byte not read yet
};

}  // namespace

bool StartsName(char c) { return absl::ascii_isalpha(c) || c == '_'; }

bool ContinuesName(char c) { return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '.'; }

TokenKind WordKind(absl::string_view word) {
  static constexpr std::pair<absl::string_view, TokenKind> kWords[] = {
      {"and", TokenKind::kAnd},       {"or", TokenKind::kOr},     {"not", TokenKind::kNot},    {"in", TokenKind::kIn},
      {"exists", TokenKind::kExists}, {"true", TokenKind::kTrue}, {"false", TokenKind::kFalse}};
  for (const auto& [keyword, kind] : kWords) {
    if (absl::EqualsIgnoreCase(word, keyword)) return kind;
  }
  return TokenKind::kName;
}

absl::StatusOr<std::vector<Token>> Tokenize(absl::string_view text) {
  std::vector<Token> tokens;
  Lexer lexer(text);
  do {
    absl::StatusOr<Token> token = lexer.Next();
    if (!token.ok()) return token.status();
    tokens.push_back(*std::move(token));
  } while (tokens.back().kind != TokenKind::kEnd);
  return tokens;
}

absl::Status SyntaxError(size_t position, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("filter: at byte ", position, ": ", problem));
}

}  // namespace lookalike
