// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include <google/protobuf/descriptor.h>

namespace lookalike {

// Schemas of JSON for messages of protobuf, in the form that protobuf gives them, and for all that they are made of.
class OpenApiSchemas {
 public:
  // {"$ref": …} to the schema of `message`, which from now on is one of all().
  nlohmann::ordered_json Reference(const google::protobuf::Descriptor& message);
  // The schema of a field with its comment.
  nlohmann::ordered_json Field(const google::protobuf::FieldDescriptor& field);

  // By name, for "components/schemas".
  const std::map<std::string, nlohmann::ordered_json>& all() const { return schemas_; }

 private:
  nlohmann::ordered_json Value(const google::protobuf::FieldDescriptor& field);
  nlohmann::ordered_json Message(const google::protobuf::Descriptor& message);

  std::map<std::string, nlohmann::ordered_json> schemas_;
};

// The comment before a message, a field or an RPC, as one text; empty where there is none.
template <class Described>
std::string CommentOf(const Described& described);

}  // namespace lookalike
