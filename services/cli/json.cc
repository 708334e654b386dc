// SPDX-License-Identifier: Apache-2.0
#include "services/cli/json.h"

#include <cstdint>
#include <vector>

#include <google/protobuf/util/json_util.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "services/cli/picture_folder.h"

namespace lookalike {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Value;
using nlohmann::ordered_json;

bool Is64BitInteger(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_UINT64 || field.cpp_type() == FieldDescriptor::CPPTYPE_INT64;
}

// Walks a message and its JSON side by side.
void MakeIntegersNumbers(const google::protobuf::Descriptor& type, ordered_json& json) {
  if (!json.is_object()) return;  // google.protobuf.Value and its like have a form of their own
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const auto found = json.find(field.name());
    if (found == json.end() || field.is_map()) continue;
    uint64_t number = 0;
    if (Is64BitInteger(field) && found->is_string() && absl::SimpleAtoi(found->get<std::string>(), &number)) {
      *found = number;
    } else if (field.message_type() != nullptr && found->is_array()) {
      for (ordered_json& element : *found) MakeIntegersNumbers(*field.message_type(), element);
    } else if (field.message_type() != nullptr) {
      MakeIntegersNumbers(*field.message_type(), *found);
    }
  }
}

}  // namespace

ordered_json ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  // Its name until protobuf 25; from 26 on there is another, which prints absent optional fields as well.
#if GOOGLE_PROTOBUF_VERSION < 5026000
  options.always_print_primitive_fields = true;
#else
  options.always_print_fields_with_no_presence = true;
#endif
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  // Only a message with invalid UTF-8 or a NaN inside google.protobuf.Value fails; protobuf refuses to receive those.
  if (!status.ok()) return ordered_json(nullptr);
  ordered_json json = ordered_json::parse(text);
  MakeIntegersNumbers(*message.GetDescriptor(), json);
  return json;
}

absl::Status ReadJsonFile(const std::string& path, google::protobuf::Message& message) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  const auto status = google::protobuf::util::JsonStringToMessage(*text, &message);
  if (status.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", std::string(status.message())));
}

absl::StatusOr<Value> AttributeFromJson(const nlohmann::json& json) {
  Value value;
  if (json.is_string()) {
    value.set_string_value(json.get<std::string>());
  } else if (json.is_number()) {
    value.set_number_value(json.get<double>());
  } else if (json.is_boolean()) {
    value.set_bool_value(json.get<bool>());
  } else if (json.is_array()) {
    for (const nlohmann::json& element : json) {
      if (!element.is_string()) return absl::InvalidArgumentError("a list may hold strings only");
      value.mutable_list_value()->add_values()->set_string_value(element.get<std::string>());
    }
    if (json.empty()) value.mutable_list_value();
  } else if (json.is_null()) {
    value.set_null_value(google::protobuf::NULL_VALUE);
  } else {
    return absl::InvalidArgumentError(absl::StrCat("an attribute cannot be an ", json.type_name()));
  }
  return value;
}

std::string AttributeText(const Value& value) {
  switch (value.kind_case()) {
    case Value::kStringValue:
      return value.string_value();
    case Value::kNumberValue:
      return absl::StrCat(value.number_value());
    case Value::kBoolValue:
      return value.bool_value() ? "true" : "false";
    case Value::kListValue: {
      std::vector<std::string> elements;
      for (const Value& element : value.list_value().values()) elements.push_back(AttributeText(element));
      return absl::StrCat("[", absl::StrJoin(elements, ", "), "]");
    }
    default:
      return "";
  }
}

}  // namespace lookalike
