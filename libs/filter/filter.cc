// SPDX-License-Identifier: Apache-2.0
#include "libs/filter/filter.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/filter/lexer.h"
#include "libs/filter/node.h"
#include "libs/filter/parser.h"

namespace lookalike {
namespace {

using Node = Filter::Node;
using Kind = Filter::Node::Kind;

constexpr size_t kMaxTextBytes = 64 << 10;

bool IsOrdering(Kind kind) { return kind >= Kind::kLess && kind <= Kind::kGreaterOrEqual; }

// ---- Evaluation

// Only called for a value that is comparable with the attribute.
bool Equals(const AttributeValue& attribute, const FilterValue& value) {
  if (const auto* const list = std::get_if<std::vector<std::string>>(&attribute)) {
    return std::find(list->begin(), list->end(), std::get<std::string>(value)) != list->end();
  }
  return std::visit([&](const auto& wanted) { return std::get<std::decay_t<decltype(wanted)>>(attribute) == wanted; },
                    value);
}

template <typename T>
bool InOrder(Kind kind, const T& left, const T& right) {
  switch (kind) {
    case Kind::kLess:
      return left < right;
    case Kind::kLessOrEqual:
      return left <= right;
    case Kind::kGreater:
      return left > right;
    default:
      return left >= right;
  }
}

// The type of an attribute that `value` can be compared with, string lists aside.
AttributeType TypeOfValue(const FilterValue& value) { return static_cast<AttributeType>(value.index()); }

bool Compare(Kind kind, const AttributeValue& attribute, const FilterValue& value) {
  if (!Comparable(kind, TypeOf(attribute), value)) return false;
  if (kind == Kind::kNotEqual) return !Equals(attribute, value);
  if (!IsOrdering(kind)) return Equals(attribute, value);
  if (const auto* const number = std::get_if<double>(&value)) {
    return InOrder(kind, std::get<double>(attribute), *number);
  }
  return InOrder(kind, std::get<std::string>(attribute), std::get<std::string>(value));
}

bool Evaluate(const Node& node, const Attributes& attributes) {
  const auto holds = [&](const std::unique_ptr<const Node>& operand) { return Evaluate(*operand, attributes); };
  switch (node.kind) {
    case Kind::kAnd:
      return std::all_of(node.operands.begin(), node.operands.end(), holds);
    case Kind::kOr:
      return std::any_of(node.operands.begin(), node.operands.end(), holds);
    case Kind::kNot:
      return !holds(node.operands.front());
    default:
      break;
  }
  const auto attribute = attributes.find(node.name);
  if (attribute == attributes.end()) return false;
  if (node.kind == Kind::kExists) return true;
  return std::any_of(node.values.begin(), node.values.end(),
                     [&](const FilterValue& value) { return Compare(node.kind, attribute->second, value); });
}

// ---- Checking against a schema

absl::Status CheckNode(const Node& node, const AttributeSchema& schema) {
  for (const auto& operand : node.operands) {
    if (absl::Status status = CheckNode(*operand, schema); !status.ok()) return status;
  }
  if (!node.operands.empty()) return absl::OkStatus();

  const auto attribute = schema.find(node.name);
  if (attribute == schema.end()) {
    return absl::InvalidArgumentError(absl::StrCat("filter: no item has an attribute \"", node.name, "\""));
  }
  for (const FilterValue& value : node.values) {
    if (Comparable(node.kind, attribute->second, value)) continue;
    const bool unordered = IsOrdering(node.kind) && attribute->second == AttributeType::kStringList;
    return absl::InvalidArgumentError(absl::StrCat("filter: attribute \"", node.name, "\" is a ",
                                                   AttributeTypeName(attribute->second),
                                                   unordered ? ", which has no order, and" : ", but",
                                                   " it is compared with a ", AttributeTypeName(TypeOfValue(value))));
  }
  return absl::OkStatus();
}

// ---- Writing

std::string Quoted(absl::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\n' || c == '\t') {
      quoted.append(c == '\n' ? "\\n" : "\\t");
      continue;
    }
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  quoted.push_back('"');
  return quoted;
}

// The shortest digits that read back as the same double.
std::string WriteNumber(double number) {
  char digits[32];
  return std::string(digits, std::to_chars(digits, digits + sizeof(digits), number).ptr);
}

std::string WriteValue(const FilterValue& value) {
  if (const auto* const text = std::get_if<std::string>(&value)) return Quoted(*text);
  if (const auto* const number = std::get_if<double>(&value)) return WriteNumber(*number);
  return std::get<bool>(value) ? "true" : "false";
}

const char* OperatorText(Kind kind) {
  switch (kind) {
    case Kind::kEqual:
      return " = ";
    case Kind::kNotEqual:
      return " != ";
    case Kind::kLess:
      return " < ";
    case Kind::kLessOrEqual:
      return " <= ";
    case Kind::kGreater:
      return " > ";
    default:
      return " >= ";
  }
}

void Write(const Node& node, std::string& text);

// A chain inside a node that binds as tightly or tighter needs parentheses to be read back as the same tree.
void WriteOperand(const Node& node, Kind parent, std::string& text) {
  const bool parentheses = node.kind == Kind::kOr || (node.kind == Kind::kAnd && parent != Kind::kOr);
  if (parentheses) text.push_back('(');
  Write(node, text);
  if (parentheses) text.push_back(')');
}

void Write(const Node& node, std::string& text) {
  switch (node.kind) {
    case Kind::kAnd:
    case Kind::kOr:
      for (const auto& operand : node.operands) {
        if (operand != node.operands.front()) text.append(node.kind == Kind::kAnd ? " and " : " or ");
        WriteOperand(*operand, node.kind, text);
      }
      return;
    case Kind::kNot:
      text.append("not ");
      return WriteOperand(*node.operands.front(), node.kind, text);
    case Kind::kExists:
      return absl::StrAppend(&text, "exists ", node.name);
    case Kind::kIn: {
      const auto write_value = [](std::string* out, const FilterValue& value) { out->append(WriteValue(value)); };
      return absl::StrAppend(&text, node.name, " in [", absl::StrJoin(node.values, ", ", write_value), "]");
    }
    default:
      return absl::StrAppend(&text, node.name, OperatorText(node.kind), WriteValue(node.values.front()));
  }
}

absl::Status CheckLength(size_t bytes, absl::string_view what) {
  if (bytes <= kMaxTextBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("filter: ", what, " has ", bytes, " bytes, wanted at most ", kMaxTextBytes));
}

}  // namespace

bool Comparable(Kind kind, AttributeType attribute, const FilterValue& value) {
  if (attribute == AttributeType::kStringList) {
    return !IsOrdering(kind) && TypeOfValue(value) == AttributeType::kString;
  }
  return attribute == TypeOfValue(value);
}

absl::StatusOr<Filter> Filter::Parse(absl::string_view text) {
  if (absl::Status status = CheckLength(text.size(), "the text"); !status.ok()) return status;
  absl::StatusOr<std::vector<Token>> tokens = Tokenize(text);
  if (!tokens.ok()) return tokens.status();
  if (tokens->size() == 1) return Filter();
  absl::StatusOr<std::unique_ptr<const Node>> root = ParseTokens(*std::move(tokens));
  if (!root.ok()) return root.status();
  Filter filter(*std::move(root));
  // A filter travels between services as ToString() writes it, which can be longer than what was read.
  absl::Status status = CheckLength(filter.ToString().size(), "the text, written with its usual spaces,");
  if (!status.ok()) return status;
  return filter;
}

absl::Status Filter::CheckAgainst(const AttributeSchema& schema) const {
  return root_ == nullptr ? absl::OkStatus() : CheckNode(*root_, schema);
}

bool Filter::Matches(const Attributes& attributes) const { return root_ == nullptr || Evaluate(*root_, attributes); }

std::string Filter::ToString() const {
  std::string text;
  if (root_ != nullptr) Write(*root_, text);
  return text;
}

}  // namespace lookalike
