// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "services/search/rest/path_template.h"

namespace lookalike {

// One line of the REST face: a method of HTTP and a path, and the RPC of VisualSearch that answers it. The fields of
// the RPC's request come from the path's variables, which are named after them; from the body; and, where the body is
// not the whole request, from parameters of the query.
struct Route {
  absl::string_view http_method;
  absl::string_view path;
  absl::string_view rpc;
  // For the OpenAPI document.
  absl::string_view summary;
  // What the JSON body stands for: "*", the request; a field of it; empty: there is no body.
  absl::string_view body = "";
  // multipart/form-data is taken as well: the bytes field that the parts named "image" go to, and the name of the part
  // that has the JSON. Empty: only JSON.
  absl::string_view image_field = "";
  absl::string_view json_part = "";
  // A field of the RPC's response that is the answer: the one element of a repeated message, or the bytes of a JPEG.
  // Empty: the response.
  absl::string_view answer = "";
  // Why an RPC that succeeded failed for the one thing that the path names. Null: it cannot.
  absl::Status (*failure)(const google::protobuf::Message& response) = nullptr;

  const google::protobuf::MethodDescriptor& method() const;
  PathTemplate path_template() const { return PathTemplate(path); }
};

// All routes.
const std::vector<Route>& Routes();

}  // namespace lookalike
