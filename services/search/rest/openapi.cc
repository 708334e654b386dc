// SPDX-License-Identifier: Apache-2.0
#include "services/search/rest/openapi.h"

#include <algorithm>
#include <vector>

#include <google/protobuf/descriptor.pb.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

#include "services/search/rest/field_path.h"
#include "services/search/rest/openapi_schemas.h"
#include "services/search/rest/route.h"
#include "services/search/web/embedded_file.h"

namespace lookalike {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using nlohmann::ordered_json;

// The .proto files with their comments, which the generated C++ leaves out.
class CommentedProtos {
 public:
  CommentedProtos() {
    google::protobuf::FileDescriptorSet files;
    files.ParseFromString(std::string(ApiDescription().front().bytes));
    for (const auto& file : files.file()) pool_.BuildFile(file);
  }
  const MethodDescriptor& Method(absl::string_view rpc) const {
    return *pool_.FindMethodByName(absl::StrCat("lookalike.v1.VisualSearch.", rpc));
  }

 private:
  google::protobuf::DescriptorPool pool_;
};

// What a variable of a path is called: "item.id" is the id, and so is one of "ids".
std::string NameOf(absl::string_view variable, const Descriptor& request) {
  const FieldDescriptor& field = *FindField(request, variable);
  return field.is_repeated() ? std::string(absl::StripSuffix(field.name(), "s")) : field.json_name();
}

std::string PathOf(const Route& route, const Descriptor& request) {
  std::string path(route.path);
  for (const std::string& variable : route.path_template().variables()) {
    path = absl::StrReplaceAll(path,
                               {{absl::StrCat("{", variable, "}"), absl::StrCat("{", NameOf(variable, request), "}")}});
  }
  return path;
}

ordered_json Parameters(const Route& route, const Descriptor& request, OpenApiSchemas& schemas) {
  ordered_json parameters = ordered_json::array();
  const std::vector<std::string> variables = route.path_template().variables();
  for (const std::string& variable : variables) {
    parameters.push_back(
        {{"name", NameOf(variable, request)}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
  }
  for (int i = 0; i < request.field_count() && route.body != "*"; ++i) {
    const FieldDescriptor& field = *request.field(i);
    const bool in_path = std::find(variables.begin(), variables.end(), field.name()) != variables.end();
    if (in_path || field.name() == route.body || field.message_type() != nullptr) continue;
    ordered_json schema = schemas.Field(field);
    ordered_json parameter = {{"name", field.json_name()}, {"in", "query"}};
    if (schema.contains("description")) parameter["description"] = schema["description"];
    schema.erase("description");
    parameter["schema"] = std::move(schema);
    parameters.push_back(std::move(parameter));
  }
  parameters.push_back({{"$ref", "#/components/parameters/RequestTimeout"}});
  return parameters;
}

ordered_json RequestBody(const Route& route, const Descriptor& request, OpenApiSchemas& schemas) {
  const Descriptor& body = route.body == "*" ? request : *FindField(request, route.body)->message_type();
  ordered_json content = {{"application/json", {{"schema", schemas.Reference(body)}}}};
  if (!route.image_field.empty()) {
    const std::string part(route.json_part);
    const ordered_json file = {{"type", "string"}, {"format", "binary"}};
    content["multipart/form-data"] = {
        {"schema", {{"type", "object"}, {"properties", {{"image", file}, {part, schemas.Reference(body)}}}}},
        {"encoding", {{part, {{"contentType", "application/json"}}}}}};
  }
  return {{"required", true},
          {"description", "What the path says may be left out of the body."},
          {"content", std::move(content)}};
}

ordered_json Responses(const Route& route, const Descriptor& response, OpenApiSchemas& schemas) {
  ordered_json content;
  const FieldDescriptor* field = route.answer.empty() ? nullptr : FindField(response, route.answer);
  if (field != nullptr && field->message_type() == nullptr) {
    content = {{"image/jpeg", {{"schema", {{"type", "string"}, {"format", "binary"}}}}}};
  } else {
    const Descriptor& message = field == nullptr ? response : *field->message_type();
    content = {{"application/json", {{"schema", schemas.Reference(message)}}}};
  }
  return {{"200", {{"description", "Done"}, {"content", std::move(content)}}},
          {"default", {{"$ref", "#/components/responses/Error"}}}};
}

ordered_json Operation(const Route& route, const MethodDescriptor& method, OpenApiSchemas& schemas) {
  const Descriptor& request = *method.input_type();
  ordered_json operation = {{"operationId", method.name()}, {"summary", std::string(route.summary)}};
  if (std::string comment = CommentOf(method); !comment.empty()) operation["description"] = std::move(comment);
  operation["parameters"] = Parameters(route, request, schemas);
  if (!route.body.empty()) operation["requestBody"] = RequestBody(route, request, schemas);
  operation["responses"] = Responses(route, *method.output_type(), schemas);
  return operation;
}

// What every operation has, and no .proto file does.
ordered_json Components(const OpenApiSchemas& schemas) {
  const ordered_json text = {{"type", "string"}};
  ordered_json named = ordered_json::object();
  for (const auto& [name, schema] : schemas.all()) named[name] = schema;
  named["Error"] = {
      {"type", "object"},
      {"required", {"error"}},
      {"properties",
       {{"error",
         {{"type", "object"},
          {"required", {"code", "status", "message"}},
          {"properties",
           {{"code", {{"type", "string"}, {"description", "A code of gRPC, for instance INVALID_ARGUMENT."}}},
            {"status", {{"type", "integer"}, {"description", "The status of HTTP."}}},
            {"message", text},
            {"field", {{"type", "string"}, {"description", "The field that is wrong, where it is one."}}}}}}}}}};
  const ordered_json error_schema = {{"$ref", "#/components/schemas/Error"}};
  return {{"parameters",
           {{"RequestTimeout",
             {{"name", "X-Request-Timeout"},
              {"in", "header"},
              {"description", "How long the answer may take, in seconds; 30 if absent."},
              {"schema", {{"type", "number"}, {"maximum", 600}}}}}}},
          {"responses",
           {{"Error",
             {{"description", "It was not done"},
              {"headers",
               {{"Retry-After",
                 {{"description", "Seconds after which to try again, where that helps."},
                  {"schema", {{"type", "integer"}}}}}}},
              {"content", {{"application/json", {{"schema", error_schema}}}}}}}}},
          {"schemas", std::move(named)}};
}

}  // namespace

std::string OpenApiDocument() {
  const CommentedProtos protos;
  OpenApiSchemas schemas;
  ordered_json paths = ordered_json::object();
  for (const Route& route : Routes()) {
    const MethodDescriptor& method = protos.Method(route.rpc);
    ordered_json& path = paths[PathOf(route, *method.input_type())];
    path[absl::AsciiStrToLower(route.http_method)] = Operation(route, method, schemas);
  }
  const ordered_json document = {
      {"openapi", "3.0.3"},
      {"info", {{"title", "Lookalike"}, {"version", "v1"}, {"description", "Visual product search."}}},
      {"paths", std::move(paths)},
      {"components", Components(schemas)}};
  return document.dump(2);
}

}  // namespace lookalike
