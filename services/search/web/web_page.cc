// SPDX-License-Identifier: Apache-2.0
#include "services/search/web/web_page.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/digest/sha256.h"
#include "services/search/web/embedded_file.h"

namespace lookalike {
namespace {

// Scripts, styles, pictures and calls of this server alone; besides them the photo that was chosen, which the page
// holds as a blob.
constexpr char kPolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string ContentType(absl::string_view name) {
  if (absl::EndsWith(name, ".html")) return "text/html; charset=utf-8";
  if (absl::EndsWith(name, ".css")) return "text/css; charset=utf-8";
  if (absl::EndsWith(name, ".js")) return "text/javascript; charset=utf-8";
  return "image/svg+xml";
}

HttpResponse AnswerWith(const EmbeddedFile& file) {
  return {.status = 200,
          .content_type = ContentType(file.name),
          .body = std::string(file.bytes),
          .headers = {{"Content-Security-Policy", kPolicy},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"},
                      // A new version of the program has a new page: ask whether it is still the same.
                      {"Cache-Control", "no-cache"},
                      {"ETag", absl::StrCat("\"", Sha256Hex(file.bytes).substr(0, 16), "\"")}}};
}

}  // namespace

WebPage::WebPage() {
  for (const EmbeddedFile& file : WebFiles()) {
    const std::string name(file.name);
    answers_.emplace(name == "index.html" ? "/" : "/" + name, AnswerWith(file));
  }
}

std::optional<HttpResponse> WebPage::Answer(const HttpRequest& request) const {
  const auto found = answers_.find(request.path);
  if (found == answers_.end()) return std::nullopt;
  if (request.method != "GET") {
    return HttpResponse{.status = 405, .body = "this path takes GET\n", .headers = {{"Allow", "GET"}}};
  }
  HttpResponse answer = found->second;
  if (request.Header("If-None-Match") == answer.headers.find("ETag")->second) answer.status = 304;
  return answer;
}

}  // namespace lookalike
