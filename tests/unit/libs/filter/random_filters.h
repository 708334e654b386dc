// SPDX-License-Identifier: Apache-2.0
// Random items, and random filters with an evaluation beside them that knows nothing of the parser or the tree.
#pragma once

#include <cctype>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "libs/filter/attributes.h"

namespace lookalike {

// The text of a filter and, made beside it, what it should mean.
struct FilterSample {
  std::string text;
  std::function<bool(const Attributes&)> matches;
};

// Attributes by type: s0 s1 strings, n0 n1 numbers, b0 b1 bools, l0 l1 string lists. Few values, so that they meet.
class RandomFilters {
 public:
  explicit RandomFilters(unsigned seed) : random_(seed) {}

  Attributes Item() {
    Attributes item;
    for (const char* number : {"0", "1"}) {
      if (Below(3)) item[absl::StrCat("s", number)] = String();
      if (Below(3)) item[absl::StrCat("n", number)] = Number();
      if (Below(3)) item[absl::StrCat("b", number)] = Below(2) == 1;
      if (Below(3)) item[absl::StrCat("l", number)] = std::vector<std::string>{String(), String()};
    }
    return item;
  }

  FilterSample Expression(int depth) { return Chain(depth, "or", false, &RandomFilters::Term); }

 private:
  size_t Below(size_t limit) { return std::uniform_int_distribution<size_t>(0, limit - 1)(random_); }

  std::string String() {
    static const char* const kStrings[] = {"", "a", "b", "靴 \"x\"", "\\n\n\t"};
    return kStrings[Below(5)];
  }

  double Number() {
    static const double kNumbers[] = {0, -1.5, 0.1, 1e300, 5e-324, 1.0 / 3};
    return kNumbers[Below(6)];
  }

  static std::string Quoted(const std::string& value) {
    std::string quoted = "\"";
    for (const char c : value) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    return quoted + "\"";
  }

  static std::string Written(double value) {
    char digits[32];
    snprintf(digits, sizeof(digits), "%.17g", value);
    return digits;
  }

  std::string Word(std::string word) {
    for (char& c : word) {
      if (Below(4) == 0) c = static_cast<char>(toupper(c));
    }
    return word;
  }

  // One to three operands; an empty chain of `and` holds, one of `or` does not.
  FilterSample Chain(int depth, const char* word, bool holds_when_empty, FilterSample (RandomFilters::*operand)(int)) {
    std::vector<std::string> texts;
    std::vector<std::function<bool(const Attributes&)>> operands;
    for (size_t count = 1 + Below(3); count > 0; --count) {
      FilterSample sample = (this->*operand)(depth);
      texts.push_back(sample.text);
      operands.push_back(sample.matches);
    }
    return {absl::StrJoin(texts, absl::StrCat(Below(2) ? " " : "\n", Word(word), " ")),
            [operands, holds_when_empty](const Attributes& item) {
              bool result = holds_when_empty;
              for (const auto& matches : operands) {
                result = holds_when_empty ? (result && matches(item)) : (result || matches(item));
              }
              return result;
            }};
  }

  FilterSample Term(int depth) { return Chain(depth, "and", true, &RandomFilters::Factor); }

  FilterSample Factor(int depth) {
    const size_t choice = depth > 0 ? Below(4) : 3;
    if (choice == 0) {
      FilterSample operand = Factor(depth - 1);
      return {absl::StrCat(Word("not"), " ", operand.text),
              [matches = operand.matches](const Attributes& item) { return !matches(item); }};
    }
    if (choice == 1) {
      FilterSample inside = Expression(depth - 1);
      return {absl::StrCat("(", inside.text, ")"), inside.matches};
    }
    return Comparison();
  }

  FilterSample Comparison() {
    const std::string number(1, static_cast<char>('0' + Below(2)));
    switch (Below(6)) {
      case 0:
        return Ordered("s" + number, Below(6), String(), &Quoted);
      case 1:
        return Ordered("n" + number, Below(6), Number(), &Written);
      case 2:
        return Ordered("b" + number, Below(2), Below(2) == 1,
                       [](bool value) { return std::string(value ? "true" : "false"); });
      case 3:
        return OneOf("n" + number, Number(), Number());
      case 4:
        return Contains("l" + number, Below(2) == 1, String());
      default:
        return {Word("exists") + " s" + number,
                [name = "s" + number](const Attributes& item) { return item.count(name) == 1; }};
    }
  }

  template <typename T, typename Write>
  static FilterSample Ordered(const std::string& name, size_t operation, T value, Write write) {
    static const char* const kOperators[] = {"=", "!=", "<", "<=", ">", ">="};
    static const std::function<bool(const T&, const T&)> kMeanings[] = {std::equal_to<T>(), std::not_equal_to<T>(),
                                                                        std::less<T>(),     std::less_equal<T>(),
                                                                        std::greater<T>(),  std::greater_equal<T>()};
    return {absl::StrCat(name, kOperators[operation], write(value)), [=](const Attributes& item) {
              const auto found = item.find(name);
              return found != item.end() && kMeanings[operation](std::get<T>(found->second), value);
            }};
  }

  static FilterSample OneOf(const std::string& name, double first, double second) {
    return {absl::StrCat(name, " in [", Written(first), ",", Written(second), "]"), [=](const Attributes& item) {
              const auto found = item.find(name);
              if (found == item.end()) return false;
              const double value = std::get<double>(found->second);
              return value == first || value == second;
            }};
  }

  static FilterSample Contains(const std::string& name, bool wanted, const std::string& value) {
    return {absl::StrCat(name, wanted ? " = " : " != ", Quoted(value)), [=](const Attributes& item) {
              const auto found = item.find(name);
              if (found == item.end()) return false;
              const auto& list = std::get<std::vector<std::string>>(found->second);
              return wanted == (list[0] == value || list[1] == value);
            }};
  }

  std::mt19937 random_;
};

}  // namespace lookalike
