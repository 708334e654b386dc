// SPDX-License-Identifier: Apache-2.0
#include "services/search/rest/path_template.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace lookalike {

PathTemplate::PathTemplate(absl::string_view text) {
  for (absl::string_view part : absl::StrSplit(text, '/')) {
    Segment segment;
    if (absl::ConsumePrefix(&part, "{")) {
      const size_t end = part.find('}');
      segment.variable = std::string(part.substr(0, end));
      part.remove_prefix(end + 1);
    }
    segment.text = std::string(part);
    segments_.push_back(std::move(segment));
  }
}

std::optional<std::map<std::string, std::string>> PathTemplate::Match(absl::string_view path) const {
  const std::vector<absl::string_view> parts = absl::StrSplit(path, '/');
  if (parts.size() != segments_.size()) return std::nullopt;
  std::map<std::string, std::string> values;
  for (size_t i = 0; i < parts.size(); ++i) {
    const std::optional<std::string> decoded = PercentDecoded(parts[i]);
    if (!decoded.has_value()) return std::nullopt;
    absl::string_view value = *decoded;
    if (!absl::ConsumeSuffix(&value, segments_[i].text)) return std::nullopt;
    // Without a variable nothing may be left, and with one something must be.
    if (segments_[i].variable.empty() != value.empty()) return std::nullopt;
    if (!value.empty()) values.emplace(segments_[i].variable, value);
  }
  return values;
}

std::vector<std::string> PathTemplate::variables() const {
  std::vector<std::string> names;
  for (const Segment& segment : segments_) {
    if (!segment.variable.empty()) names.push_back(segment.variable);
  }
  return names;
}

std::optional<std::string> PercentDecoded(absl::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size() || !absl::ascii_isxdigit(text[i + 1]) || !absl::ascii_isxdigit(text[i + 2])) {
      return std::nullopt;
    }
    decoded += absl::HexStringToBytes(text.substr(i + 1, 2));
    i += 2;
  }
  return decoded;
}

}  // namespace lookalike
