// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <google/protobuf/message.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

// Fields of a message by their names with dots between: "item.id". Each part is the name of the .proto file or its JSON
// form ("withEmbeddings").
namespace lookalike {

// The field that `path` names, or null.
const google::protobuf::FieldDescriptor* FindField(const google::protobuf::Descriptor& message, absl::string_view path);

// Sets a string, number or bool from its text. On the way, what is repeated is set in every element; a repeated field
// at the end gets one element more. InvalidArgument, beginning with the last name, for a text that is not a value of
// the field's type and for a field that is set to another value already.
absl::Status SetField(google::protobuf::Message& message, absl::string_view path, const std::string& text);

// Puts `bytes` into the bytes field that `path` names. A repeated message on the way takes one thing each: the
// `place`-th element, which is added where there are fewer.
void SetBytes(google::protobuf::Message& message, absl::string_view path, int place, std::string bytes);

}  // namespace lookalike
