// SPDX-License-Identifier: Apache-2.0
#include "services/search/rest/gateway.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <google/protobuf/util/json_util.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"

#include "libs/digest/sha256.h"
#include "services/search/rest/http_error.h"
#include "services/search/rest/openapi.h"
#include "services/search/rest/request_reader.h"

namespace lookalike {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor* type) {
  return std::unique_ptr<Message>(google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

HttpResponse Json(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;  // {"results":[]} rather than {}
  HttpResponse response = {.status = 200, .content_type = "application/json", .body = "", .headers = {}};
  const auto status = google::protobuf::util::MessageToJsonString(message, &response.body, options);
  if (status.ok()) return response;
  return ErrorResponse(absl::InternalError(absl::StrCat("the answer has no JSON: ", std::string(status.message()))));
}

// A picture, or that the caller has it already.
HttpResponse Jpeg(const HttpRequest& request, const std::string& bytes) {
  const std::string tag = absl::StrCat("\"", Sha256Hex(bytes).substr(0, 16), "\"");
  HttpResponse response = {.status = 200, .content_type = "image/jpeg", .body = bytes};
  response.headers = {{"Cache-Control", "private, max-age=60"}, {"ETag", tag}};
  if (request.Header("If-None-Match") == tag) response.status = 304;
  return response;
}

// The answer of an RPC that succeeded. `id` is the last of the path's variables.
HttpResponse AnswerOf(const Route& route, const HttpRequest& request, const Message& response, const std::string& id) {
  if (route.failure != nullptr) {
    if (const absl::Status status = route.failure(response); !status.ok()) return ErrorResponse(status);
  }
  if (route.answer.empty()) return Json(response);
  const FieldDescriptor* field = response.GetDescriptor()->FindFieldByName(std::string(route.answer));
  const google::protobuf::Reflection& reflection = *response.GetReflection();
  if (field->is_repeated()) {
    if (reflection.FieldSize(response, field) == 0) {
      return ErrorResponse(absl::NotFoundError(absl::StrCat("id: there is no item \"", id, "\"")));
    }
    return Json(reflection.GetRepeatedMessage(response, field, 0));
  }
  return Jpeg(request, reflection.GetString(response, field));
}

constexpr char kOpenApiPath[] = "/openapi.json";

bool IsApiPath(const std::string& path) { return absl::StartsWith(path, "/v1/") || path == kOpenApiPath; }

HttpResponse WrongMethod(const std::vector<std::string>& allowed, const HttpRequest& request) {
  const std::string methods = absl::StrJoin(allowed, ", ");
  HttpResponse response;
  if (request.method == "OPTIONS") {
    response.status = 204;
  } else {
    response = ErrorResponse(absl::UnimplementedError(absl::StrCat("this path takes ", methods)), 405);
  }
  response.headers.emplace("Allow", methods);
  return response;
}

}  // namespace

RestGateway::RestGateway(Options options) : options_(std::move(options)), openapi_(OpenApiDocument()) {
  for (const Route& route : Routes()) endpoints_.push_back({&route, route.path_template()});
}

HttpResponse RestGateway::Answer(const HttpRequest& request) {
  if (!IsApiPath(request.path)) {
    if (std::optional<HttpResponse> file = page_.Answer(request)) return *std::move(file);
    return ErrorResponse(absl::NotFoundError(absl::StrCat("there is no path ", request.path)));
  }
  HttpResponse response = AnswerApi(request);
  response.headers.emplace("X-Content-Type-Options", "nosniff");
  AddCorsHeaders(request, response);
  return response;
}

HttpResponse RestGateway::AnswerApi(const HttpRequest& request) {
  if (request.path == kOpenApiPath && request.method == "GET") {
    return {.status = 200, .content_type = "application/json", .body = openapi_};
  }
  std::vector<std::string> allowed = {"OPTIONS"};
  for (const Endpoint& endpoint : endpoints_) {
    const auto variables = endpoint.path.Match(request.path);
    if (!variables.has_value()) continue;
    if (endpoint.route->http_method == request.method) return Call(*endpoint.route, request, *variables);
    allowed.push_back(std::string(endpoint.route->http_method));
  }
  if (allowed.size() > 1) return WrongMethod(allowed, request);
  return ErrorResponse(absl::NotFoundError(absl::StrCat("there is no path ", request.path)));
}

HttpResponse RestGateway::Call(const Route& route, const HttpRequest& http,
                               const std::map<std::string, std::string>& variables) {
  const absl::StatusOr<absl::Duration> timeout = TimeoutOf(http, options_.default_timeout, options_.longest_timeout);
  if (!timeout.ok()) return ErrorResponse(timeout.status());
  const google::protobuf::MethodDescriptor& method = route.method();
  const std::unique_ptr<Message> request = NewMessage(method.input_type());
  if (const std::optional<Refusal> refusal = ReadRequest(route, http, variables, *request)) {
    return ErrorResponse(refusal->status, refusal->http_status);
  }
  const std::unique_ptr<Message> response = NewMessage(method.output_type());
  const absl::Status status = caller_.Call(method, *request, absl::Now() + *timeout, *response);
  if (!status.ok()) return ErrorResponse(status);
  const std::vector<std::string> names = route.path_template().variables();
  return AnswerOf(route, http, *response, names.empty() ? "" : variables.at(names.back()));
}

void RestGateway::AddCorsHeaders(const HttpRequest& request, HttpResponse& response) const {
  if (options_.cors_origins.empty()) return;
  response.headers.emplace("Vary", "Origin");
  const std::string origin = request.Header("Origin");
  const auto listed = [&](const std::string& one) { return one == "*" || one == origin; };
  if (origin.empty() || std::none_of(options_.cors_origins.begin(), options_.cors_origins.end(), listed)) return;
  response.headers.emplace("Access-Control-Allow-Origin", origin);
  response.headers.emplace("Access-Control-Expose-Headers", "Retry-After");
  if (request.method != "OPTIONS") return;
  const auto allow = response.headers.find("Allow");
  if (allow != response.headers.end()) response.headers.emplace("Access-Control-Allow-Methods", allow->second);
  response.headers.emplace("Access-Control-Allow-Headers", "Content-Type, X-Request-Timeout");
  response.headers.emplace("Access-Control-Max-Age", "600");
}

}  // namespace lookalike
