// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include <google/protobuf/message.h>
#include <google/protobuf/struct.pb.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace lookalike {

// A message in protobuf's own JSON form, but for 64-bit integers, which become numbers: protobuf writes them as strings
// for the sake of JavaScript. Names are those of the .proto; fields that hold their default are there too.
nlohmann::ordered_json ToJson(const google::protobuf::Message& message);

// Reads a message in protobuf's JSON form from a file. NotFound where it cannot be read; InvalidArgument, naming the
// file, for anything else than that message, unknown fields included.
absl::Status ReadJsonFile(const std::string& path, google::protobuf::Message& message);

// An attribute from JSON. InvalidArgument for what is no string, number, bool or list of strings.
absl::StatusOr<google::protobuf::Value> AttributeFromJson(const nlohmann::json& value);

// An attribute as a person reads it: boots, 79.9, true, [a, b].
std::string AttributeText(const google::protobuf::Value& value);

}  // namespace lookalike
