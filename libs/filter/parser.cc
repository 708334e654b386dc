// SPDX-License-Identifier: Apache-2.0
#include "libs/filter/parser.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/filter/node.h"

namespace lookalike {
namespace {

using Node = Filter::Node;
using NodeOrError = absl::StatusOr<std::unique_ptr<const Node>>;

// Bounds the recursion of everything that walks a tree: the parser, Matches(), ToString() and the destructor.
constexpr int kMaxNesting = 100;

std::string Describe(const Token& token) {
  switch (token.kind) {
    case TokenKind::kEnd:
      return "the end";
    case TokenKind::kString:
      return "a string";
    default:
      return absl::StrCat("'", token.text, "'");
  }
}

// Recursive descent, one method for each rule of the grammar. A method reads from the next token on and leaves the
// first one that it does not use.
class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  NodeOrError Parse() {
    NodeOrError root = Expression();
    if (root.ok() && Peek().kind != TokenKind::kEnd) return Expected("'and', 'or' or the end");
    return root;
  }

 private:
  const Token& Peek() const { return tokens_[at_]; }
  Token& Take() { return tokens_[at_++]; }

  bool TakeIf(TokenKind kind) {
    if (Peek().kind != kind) return false;
    ++at_;
    return true;
  }

  absl::Status Expected(absl::string_view what) const {
    return SyntaxError(Peek().position, absl::StrCat("expected ", what, ", found ", Describe(Peek())));
  }

  NodeOrError Expression() { return Chain(TokenKind::kOr, Node::Kind::kOr, &Parser::Term); }
  NodeOrError Term() { return Chain(TokenKind::kAnd, Node::Kind::kAnd, &Parser::Factor); }

  // operand { separator operand }. A single operand stands for itself.
  NodeOrError Chain(TokenKind separator, Node::Kind kind, NodeOrError (Parser::*operand)()) {
    NodeOrError first = (this->*operand)();
    if (!first.ok() || Peek().kind != separator) return first;
    auto chain = std::make_unique<Node>(Node{kind});
    chain->operands.push_back(*std::move(first));
    while (TakeIf(separator)) {
      NodeOrError next = (this->*operand)();
      if (!next.ok()) return next;
      chain->operands.push_back(*std::move(next));
    }
    return chain;
  }

  NodeOrError Factor() {
    if (Peek().kind != TokenKind::kNot && Peek().kind != TokenKind::kOpenParenthesis) return Comparison();
    if (nesting_ == kMaxNesting) {
      return SyntaxError(Peek().position, absl::StrCat("expected at most ", kMaxNesting, " levels of '(' and 'not'"));
    }
    ++nesting_;
    NodeOrError node = Take().kind == TokenKind::kNot ? Negation() : Parenthesized();
    --nesting_;
    return node;
  }

  NodeOrError Negation() {
    NodeOrError operand = Factor();
    if (!operand.ok()) return operand;
    auto negation = std::make_unique<Node>(Node{Node::Kind::kNot});
    negation->operands.push_back(*std::move(operand));
    return negation;
  }

  NodeOrError Parenthesized() {
    NodeOrError inside = Expression();
    if (inside.ok() && !TakeIf(TokenKind::kCloseParenthesis)) return Expected("'and', 'or' or ')'");
    return inside;
  }

  NodeOrError Comparison() {
    const bool exists = TakeIf(TokenKind::kExists);
    if (Peek().kind != TokenKind::kName) {
      return Expected(exists ? "an attribute name" : "an attribute name, 'not', 'exists' or '('");
    }
    std::string name = std::move(Take().text);
    if (exists) return std::make_unique<Node>(Node{Node::Kind::kExists, {}, std::move(name)});
    const absl::StatusOr<Node::Kind> kind = Operator();
    if (!kind.ok()) return kind.status();
    absl::StatusOr<std::vector<FilterValue>> values = *kind == Node::Kind::kIn ? List() : Operand(*kind);
    if (!values.ok()) return values.status();
    return std::make_unique<Node>(Node{*kind, {}, std::move(name), *std::move(values)});
  }

  absl::StatusOr<Node::Kind> Operator() {
    static constexpr std::pair<TokenKind, Node::Kind> kOperators[] = {
        {TokenKind::kEqual, Node::Kind::kEqual},     {TokenKind::kNotEqual, Node::Kind::kNotEqual},
        {TokenKind::kLess, Node::Kind::kLess},       {TokenKind::kLessOrEqual, Node::Kind::kLessOrEqual},
        {TokenKind::kGreater, Node::Kind::kGreater}, {TokenKind::kGreaterOrEqual, Node::Kind::kGreaterOrEqual},
        {TokenKind::kIn, Node::Kind::kIn},
    };
    for (const auto& [token, kind] : kOperators) {
      if (TakeIf(token)) return kind;
    }
    return Expected("one of = != < <= > >= in");
  }

  // The one value of a comparison; true and false have no order.
  absl::StatusOr<std::vector<FilterValue>> Operand(Node::Kind kind) {
    const bool any = kind == Node::Kind::kEqual || kind == Node::Kind::kNotEqual;
    const bool boolean = Peek().kind == TokenKind::kTrue || Peek().kind == TokenKind::kFalse;
    if (boolean && !any) return Expected("a number or a string in double quotes");
    absl::StatusOr<FilterValue> value = Value();
    if (!value.ok()) return value.status();
    return std::vector<FilterValue>{*std::move(value)};
  }

  absl::StatusOr<std::vector<FilterValue>> List() {
    if (!TakeIf(TokenKind::kOpenBracket)) return Expected("'['");
    std::vector<FilterValue> values;
    do {
      absl::StatusOr<FilterValue> value = Value();
      if (!value.ok()) return value.status();
      values.push_back(*std::move(value));
    } while (TakeIf(TokenKind::kComma));
    if (!TakeIf(TokenKind::kCloseBracket)) return Expected("',' or ']'");
    return values;
  }

  absl::StatusOr<FilterValue> Value() {
    switch (Peek().kind) {
      case TokenKind::kString:
        return std::move(Take().text);
      case TokenKind::kNumber:
        return Take().number;
      case TokenKind::kTrue:
      case TokenKind::kFalse:
        return Take().kind == TokenKind::kTrue;
      default:
        return Expected("a string in double quotes, a number, true or false");
    }
  }

  std::vector<Token> tokens_;
  size_t at_ = 0;
  int nesting_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<const Filter::Node>> ParseTokens(std::vector<Token> tokens) {
  return Parser(std::move(tokens)).Parse();
}

}  // namespace lookalike
