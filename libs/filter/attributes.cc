// SPDX-License-Identifier: Apache-2.0
#include "libs/filter/attributes.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "libs/filter/lexer.h"

namespace lookalike {
namespace {

absl::Status CheckValue(const std::string& name, const AttributeValue& value, const AttributeSchema& schema) {
  if (!IsAttributeName(name)) {
    return absl::InvalidArgumentError(
        absl::StrCat("attributes: the name \"", absl::CEscape(name.substr(0, kMaxAttributeNameBytes)),
                     "\": wanted a letter or '_', then letters, digits, '_', '-' or '.', 1 to ", kMaxAttributeNameBytes,
                     " bytes in all, and no word of the filter language"));
  }
  const double* const number = std::get_if<double>(&value);
  if (number != nullptr && !std::isfinite(*number)) {
    return absl::InvalidArgumentError(absl::StrCat("attributes: \"", name, "\" is not a finite number"));
  }
  const auto known = schema.find(name);
  if (known != schema.end() && known->second != TypeOf(value)) {
    return absl::InvalidArgumentError(absl::StrCat("attributes: \"", name, "\" is a ", AttributeTypeName(TypeOf(value)),
                                                   ", but this collection has it as a ",
                                                   AttributeTypeName(known->second)));
  }
  return absl::OkStatus();
}

}  // namespace

AttributeType TypeOf(const AttributeValue& value) { return static_cast<AttributeType>(value.index()); }

const char* AttributeTypeName(AttributeType type) {
  switch (type) {
    case AttributeType::kString:
      return "string";
    case AttributeType::kNumber:
      return "number";
    case AttributeType::kBool:
      return "bool";
    case AttributeType::kStringList:
      return "string list";
  }
  return "unknown type";
}

std::optional<AttributeType> AttributeTypeNamed(absl::string_view name) {
  for (const AttributeType type :
       {AttributeType::kString, AttributeType::kNumber, AttributeType::kBool, AttributeType::kStringList}) {
    if (name == AttributeTypeName(type)) return type;
  }
  return std::nullopt;
}

absl::Status ExtendSchema(const Attributes& attributes, AttributeSchema& schema) {
  for (const auto& [name, value] : attributes) {
    if (absl::Status status = CheckValue(name, value, schema); !status.ok()) return status;
  }
  for (const auto& [name, value] : attributes) schema.try_emplace(name, TypeOf(value));
  return absl::OkStatus();
}

bool IsAttributeName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxAttributeNameBytes && StartsName(name[0]) &&
         std::all_of(name.begin(), name.end(), ContinuesName) && WordKind(name) == TokenKind::kName;
}

}  // namespace lookalike
