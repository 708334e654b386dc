// SPDX-License-Identifier: Apache-2.0
#include "services/search/rest/field_path.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

const FieldDescriptor* FieldNamed(const Descriptor& message, absl::string_view name) {
  const std::string text(name);
  const FieldDescriptor* field = message.FindFieldByName(text);
  if (field != nullptr) return field;
  for (int i = 0; i < message.field_count(); ++i) {
    if (message.field(i)->json_name() == text) return message.field(i);
  }
  return nullptr;
}

// "item.images.image" -> "item" and "images.image".
std::pair<absl::string_view, absl::string_view> SplitFirst(absl::string_view path) {
  const size_t dot = path.find('.');
  if (dot == absl::string_view::npos) return {path, ""};
  return {path.substr(0, dot), path.substr(dot + 1)};
}

template <class Number>
bool Parse(const std::string& text, Number& number) {
  if constexpr (std::is_same_v<Number, bool>) {
    number = text == "true";
    return number || text == "false";
  } else if constexpr (std::is_same_v<Number, float>) {
    return absl::SimpleAtof(text, &number);
  } else if constexpr (std::is_same_v<Number, double>) {
    return absl::SimpleAtod(text, &number);
  } else {
    return absl::SimpleAtoi(text, &number);
  }
}

// Sets a single field, or adds to a repeated one; false where the text is no such value.
bool SetScalar(Message& message, const FieldDescriptor& field, const std::string& text) {
  const Reflection& reflection = *message.GetReflection();
  const auto set = [&]<class Value>(Value value, auto set_single, auto add) {
    if constexpr (!std::is_same_v<Value, std::string>) {
      if (!Parse(text, value)) return false;
    }
    if (field.is_repeated()) {
      (reflection.*add)(&message, &field, value);
    } else {
      (reflection.*set_single)(&message, &field, value);
    }
    return true;
  };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return set(text, &Reflection::SetString, &Reflection::AddString);
    case FieldDescriptor::CPPTYPE_BOOL:
      return set(false, &Reflection::SetBool, &Reflection::AddBool);
    case FieldDescriptor::CPPTYPE_UINT32:
      return set(uint32_t{0}, &Reflection::SetUInt32, &Reflection::AddUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return set(uint64_t{0}, &Reflection::SetUInt64, &Reflection::AddUInt64);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return set(0.0F, &Reflection::SetFloat, &Reflection::AddFloat);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return set(0.0, &Reflection::SetDouble, &Reflection::AddDouble);
    default:
      return false;
  }
}

bool IsSet(const Message& message, const FieldDescriptor& field) {
  return !field.is_repeated() && message.GetReflection()->HasField(message, &field);
}

bool IsString(const Message& message, const FieldDescriptor& field, const std::string& text) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
         message.GetReflection()->GetString(message, &field) == text;
}

}  // namespace

const FieldDescriptor* FindField(const Descriptor& message, absl::string_view path) {
  const auto [name, rest] = SplitFirst(path);
  const FieldDescriptor* field = FieldNamed(message, name);
  if (rest.empty() || field == nullptr) return field;
  return field->message_type() == nullptr ? nullptr : FindField(*field->message_type(), rest);
}

absl::Status SetField(Message& message, absl::string_view path, const std::string& text) {
  const auto [name, rest] = SplitFirst(path);
  const FieldDescriptor* field = FieldNamed(*message.GetDescriptor(), name);
  if (field == nullptr) return absl::InvalidArgumentError(absl::StrCat(path, ": there is no such field"));
  const Reflection& reflection = *message.GetReflection();
  if (rest.empty()) {
    if (IsSet(message, *field) && !IsString(message, *field, text)) {
      return absl::InvalidArgumentError(absl::StrCat(path, ": \"", text, "\", but it has another value already"));
    }
    if (SetScalar(message, *field, text)) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(path, ": \"", text, "\" is not a ", field->cpp_type_name()));
  }
  if (!field->is_repeated()) return SetField(*reflection.MutableMessage(&message, field), rest, text);
  for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
    const absl::Status status = SetField(*reflection.MutableRepeatedMessage(&message, field, i), rest, text);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

void SetBytes(Message& message, absl::string_view path, int place, std::string bytes) {
  const auto [name, rest] = SplitFirst(path);
  const FieldDescriptor* field = FieldNamed(*message.GetDescriptor(), name);
  const Reflection& reflection = *message.GetReflection();
  if (rest.empty()) {
    reflection.SetString(&message, field, std::move(bytes));
  } else if (!field->is_repeated()) {
    SetBytes(*reflection.MutableMessage(&message, field), rest, place, std::move(bytes));
  } else {
    while (reflection.FieldSize(message, field) <= place) reflection.AddMessage(&message, field);
    SetBytes(*reflection.MutableRepeatedMessage(&message, field, place), rest, place, std::move(bytes));
  }
}

}  // namespace lookalike
