// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace lookalike {

// The OpenAPI 3.0 document of the REST face, as JSON: made of the routes and the .proto files with their comments, so
// that it says what the program does.
std::string OpenApiDocument();

}  // namespace lookalike
