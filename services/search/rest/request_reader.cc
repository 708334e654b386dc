// SPDX-License-Identifier: Apache-2.0
#include "services/search/rest/request_reader.h"

#include <cmath>
#include <optional>

#include <google/protobuf/util/json_util.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "services/search/rest/field_path.h"

namespace lookalike {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

Refusal BadRequest(absl::Status status) { return {std::move(status), 400}; }
Refusal BadRequest(const std::string& message) { return BadRequest(absl::InvalidArgumentError(message)); }

Refusal UnsupportedMedia(const Route& route, const std::string& found) {
  const std::string wanted = route.image_field.empty() ? "application/json" : "application/json or multipart/form-data";
  const std::string what = found.empty() ? "absent" : absl::StrCat("\"", found, "\"");
  return {absl::InvalidArgumentError(absl::StrCat("the body's Content-Type is ", what, ", and must be ", wanted)), 415};
}

// "application/json; charset=utf-8" -> "application/json".
std::string MediaType(const std::string& content_type) {
  const std::vector<std::string> parts = absl::StrSplit(content_type, ';');
  return absl::AsciiStrToLower(absl::StripAsciiWhitespace(parts[0]));
}

// The message that the JSON stands for: `message`, or one of its fields.
Message* Body(const Route& route, Message& message) {
  if (route.body == "*") return &message;
  const FieldDescriptor* field = FindField(*message.GetDescriptor(), route.body);
  return message.GetReflection()->MutableMessage(&message, field);
}

// What protobuf says, as our messages are, the field first: "(k): invalid value \"x\" for type TYPE_UINT32" and
// "(crop) lefft: Cannot find field." become "k: invalid …" and "lefft: there is no such field".
std::string JsonProblem(absl::string_view problem) {
  problem = problem.substr(0, problem.find('\n'));
  if (absl::ConsumeSuffix(&problem, ": Cannot find field.")) {
    const size_t name = problem.rfind(' ') + 1;  // 0 where there is no space
    return absl::StrCat(absl::StripPrefix(absl::StripSuffix(problem.substr(name), ")"), "("),
                        ": there is no such field");
  }
  const size_t end = problem.find("): ");
  if (absl::StartsWith(problem, "(") && end != absl::string_view::npos) {
    return absl::StrCat(problem.substr(1, end - 1), ": ", problem.substr(end + 3));
  }
  absl::ConsumePrefix(&problem, ": ");
  return absl::StrCat("the body is not the JSON that is wanted: ", problem);
}

std::optional<Refusal> ReadJson(const std::string& json, Message& message) {
  const auto status = google::protobuf::util::JsonStringToMessage(json, &message);
  if (status.ok()) return std::nullopt;
  return BadRequest(JsonProblem(std::string(status.message())));
}

std::optional<Refusal> ReadParts(const Route& route, const HttpRequest& http, Message& message) {
  bool has_json = false;
  for (const HttpPart& part : http.parts) {
    if (part.name == "image") continue;
    if (part.name != route.json_part || has_json) {
      return BadRequest(absl::StrCat("the part \"", part.name, "\" ", has_json ? "stands twice" : "has no meaning",
                                     "; the parts are \"image\" and one \"", route.json_part, "\""));
    }
    has_json = true;
    if (auto refusal = ReadJson(part.content, *Body(route, message))) return refusal;
  }
  int place = 0;
  for (const HttpPart& part : http.parts) {
    if (part.name == "image") SetBytes(message, route.image_field, place++, part.content);
  }
  return std::nullopt;
}

std::optional<Refusal> ReadBody(const Route& route, const HttpRequest& http, Message& message) {
  if (http.body_state == HttpRequest::Body::kTooLarge) {
    return Refusal{absl::ResourceExhaustedError("the body is larger than --max-message-bytes"), 413};
  }
  if (http.body_state == HttpRequest::Body::kMalformed) return BadRequest("the body ended early, or is malformed");
  if (route.body.empty()) {
    if (http.body.empty() && http.parts.empty()) return std::nullopt;
    return BadRequest("a body has no meaning here");
  }
  const std::string content_type = http.Header("Content-Type");
  const std::string media_type = MediaType(content_type);
  if (media_type == "application/json") return ReadJson(http.body, *Body(route, message));
  if (media_type == "multipart/form-data" && !route.image_field.empty()) return ReadParts(route, http, message);
  return UnsupportedMedia(route, content_type);
}

// Whether `name` is a field that a parameter of the query may set: one that neither the path nor the body has.
bool IsParameter(const Route& route, const std::map<std::string, std::string>& variables,
                 const google::protobuf::Descriptor& message, const std::string& name) {
  const FieldDescriptor* field = FindField(message, name);
  if (field == nullptr || field->message_type() != nullptr || route.body == "*") return false;
  return field->name() != route.body && variables.find(field->name()) == variables.end();
}

}  // namespace

std::optional<Refusal> ReadRequest(const Route& route, const HttpRequest& http,
                                   const std::map<std::string, std::string>& variables, Message& message) {
  if (auto refusal = ReadBody(route, http, message)) return refusal;
  for (const auto& [name, value] : http.query) {
    if (!IsParameter(route, variables, *message.GetDescriptor(), name)) {
      return BadRequest(absl::StrCat(name, ": there is no such parameter"));
    }
    if (absl::Status status = SetField(message, name, value); !status.ok()) return BadRequest(std::move(status));
  }
  for (const auto& [name, value] : variables) {
    if (absl::Status status = SetField(message, name, value); !status.ok()) return BadRequest(std::move(status));
  }
  return std::nullopt;
}

absl::StatusOr<absl::Duration> TimeoutOf(const HttpRequest& http, absl::Duration if_absent, absl::Duration most) {
  const std::string text = http.Header("X-Request-Timeout");
  if (text.empty()) return if_absent;
  double seconds = 0;
  if (absl::SimpleAtod(text, &seconds) && seconds > 0 && seconds <= absl::ToDoubleSeconds(most)) {
    return absl::Seconds(seconds);
  }
  return absl::InvalidArgumentError(absl::StrCat("header X-Request-Timeout: \"", text,
                                                 "\" is not a number of seconds above 0 and up to ",
                                                 absl::ToDoubleSeconds(most)));
}

}  // namespace lookalike
