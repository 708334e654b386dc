// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace lookalike {

// The value of one attribute of an item. A number is a double: integers are exact up to 2^53.
using AttributeValue = std::variant<std::string, double, bool, std::vector<std::string>>;

// An item's attributes by name, in the order of their names.
using Attributes = std::map<std::string, AttributeValue, std::less<>>;

// The types a value can have, in the order of AttributeValue's alternatives.
enum class AttributeType { kString = 0, kNumber = 1, kBool = 2, kStringList = 3 };

AttributeType TypeOf(const AttributeValue& value);

// "string", "number", "bool" or "string list", as messages to users say it.
const char* AttributeTypeName(AttributeType type);
// The type of that name; nothing where there is none.
std::optional<AttributeType> AttributeTypeNamed(absl::string_view name);

// The type of every attribute that a collection has seen. The first item that carries an attribute decides its type.
using AttributeSchema = std::map<std::string, AttributeType, std::less<>>;

// Adds the attributes of an item to `schema`.
// InvalidArgument, and `schema` unchanged, where a value has another type than the schema says (the message names the
// attribute and both types), a number is NaN or infinite, or a name is not one (IsAttributeName).
absl::Status ExtendSchema(const Attributes& attributes, AttributeSchema& schema);

// An attribute name is what the filter grammar can write without quotes: a letter or '_', then letters, digits,
// '_', '-' or '.'; 1 to 128 bytes, ASCII; and none of the grammar's own words (and, or, not, in, exists, true, false),
// whatever their case.
bool IsAttributeName(absl::string_view name);

}  // namespace lookalike
