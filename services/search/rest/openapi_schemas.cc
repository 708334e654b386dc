// SPDX-License-Identifier: Apache-2.0
#include "services/search/rest/openapi_schemas.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace lookalike {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using nlohmann::ordered_json;

// Of a field that is neither a message nor an enumeration. protobuf's JSON has 64-bit numbers as strings.
ordered_json Scalar(FieldDescriptor::Type type) {
  switch (type) {
    case FieldDescriptor::TYPE_BOOL:
      return {{"type", "boolean"}};
    case FieldDescriptor::TYPE_DOUBLE:
      return {{"type", "number"}, {"format", "double"}};
    case FieldDescriptor::TYPE_FLOAT:
      return {{"type", "number"}, {"format", "float"}};
    case FieldDescriptor::TYPE_INT32:
      return {{"type", "integer"}, {"format", "int32"}};
    case FieldDescriptor::TYPE_UINT32:
      return {{"type", "integer"}, {"format", "int64"}, {"minimum", 0}};
    case FieldDescriptor::TYPE_INT64:
      return {{"type", "string"}, {"format", "int64"}};
    case FieldDescriptor::TYPE_UINT64:
      return {{"type", "string"}, {"format", "uint64"}};
    case FieldDescriptor::TYPE_BYTES:
      return {{"type", "string"}, {"format", "byte"}};
    default:
      return {{"type", "string"}};
  }
}

ordered_json Enumeration(const google::protobuf::EnumDescriptor& type) {
  ordered_json names = ordered_json::array();
  for (int i = 0; i < type.value_count(); ++i) names.push_back(type.value(i)->name());
  return {{"type", "string"}, {"enum", std::move(names)}};
}

// Of protobuf's own messages that have a JSON form of their own; null for others.
ordered_json WellKnown(const Descriptor& message) {
  if (message.full_name() == "google.protobuf.Value") {
    return {{"description", "A string, a number, a bool or a list of strings."}};
  }
  if (message.full_name() == "google.protobuf.Struct") return {{"type", "object"}};
  if (message.full_name() == "google.protobuf.Duration") return {{"type", "string"}, {"example", "1.5s"}};
  if (message.full_name() == "google.protobuf.Timestamp") return {{"type", "string"}, {"format", "date-time"}};
  return nullptr;
}

}  // namespace

template <class Described>
std::string CommentOf(const Described& described) {
  google::protobuf::SourceLocation location;
  if (!described.GetSourceLocation(&location)) return "";
  const std::string text = location.leading_comments.empty() ? location.trailing_comments : location.leading_comments;
  return std::string(absl::StripAsciiWhitespace(absl::StrReplaceAll(text, {{"\n ", "\n"}})));
}
template std::string CommentOf(const Descriptor&);
template std::string CommentOf(const FieldDescriptor&);
template std::string CommentOf(const google::protobuf::MethodDescriptor&);

ordered_json OpenApiSchemas::Reference(const Descriptor& message) {
  if (ordered_json known = WellKnown(message); !known.is_null()) return known;
  if (!schemas_.contains(message.name())) {
    schemas_[message.name()];  // a message may hold itself
    schemas_[message.name()] = Message(message);
  }
  return {{"$ref", "#/components/schemas/" + message.name()}};
}

ordered_json OpenApiSchemas::Message(const Descriptor& message) {
  ordered_json schema = {{"type", "object"}};
  if (std::string comment = CommentOf(message); !comment.empty()) schema["description"] = std::move(comment);
  ordered_json properties = ordered_json::object();
  for (int i = 0; i < message.field_count(); ++i) {
    properties[message.field(i)->json_name()] = Field(*message.field(i));
  }
  schema["properties"] = std::move(properties);
  schema["additionalProperties"] = false;
  return schema;
}

ordered_json OpenApiSchemas::Value(const FieldDescriptor& field) {
  if (field.message_type() != nullptr) return Reference(*field.message_type());
  if (field.enum_type() != nullptr) return Enumeration(*field.enum_type());
  return Scalar(field.type());
}

ordered_json OpenApiSchemas::Field(const FieldDescriptor& field) {
  ordered_json schema;
  if (field.is_map()) {
    schema = {{"type", "object"}, {"additionalProperties", Value(*field.message_type()->map_value())}};
  } else if (field.is_repeated()) {
    schema = {{"type", "array"}, {"items", Value(field)}};
  } else {
    schema = Value(field);
  }
  const std::string comment = CommentOf(field);
  if (comment.empty()) return schema;
  // Beside a reference, OpenAPI 3.0 reads nothing.
  if (schema.contains("$ref")) schema = {{"allOf", ordered_json::array({schema})}};
  schema["description"] = comment;
  return schema;
}

}  // namespace lookalike
