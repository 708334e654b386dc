// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "libs/rpc/http_server.h"

namespace lookalike {

// The page at "/" and its files, with headers that let it load nothing from elsewhere. Thread-safe.
class WebPage {
 public:
  WebPage();

  // Nothing where the path is no file of the page.
  std::optional<HttpResponse> Answer(const HttpRequest& request) const;

 private:
  std::map<std::string, HttpResponse, std::less<>> answers_;  // by path
};

}  // namespace lookalike
