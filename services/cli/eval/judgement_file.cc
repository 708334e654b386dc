// SPDX-License-Identifier: Apache-2.0
#include "services/cli/eval/judgement_file.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace lookalike {
namespace {

using nlohmann::json;

// A label may be a number or a bool too.
std::optional<std::string> LabelOf(const json& object, const std::string& key) {
  const auto label = object.find(key);
  if (label == object.end() || label->is_null() || label->is_structured()) return std::nullopt;
  return label->is_string() ? label->get<std::string>() : label->dump();
}

// Labels may stand among the attributes, as they do in a manifest.
std::optional<std::string> FindLabel(const json& object, const std::string& key) {
  if (std::optional<std::string> label = LabelOf(object, key)) return label;
  const auto attributes = object.find("attributes");
  return attributes != object.end() && attributes->is_object() ? LabelOf(*attributes, key) : std::nullopt;
}

absl::StatusOr<std::string> TextOf(const json& object, const char* key) {
  const auto text = object.find(key);
  if (text == object.end()) return std::string();
  if (!text->is_string()) return absl::InvalidArgumentError(absl::StrCat("\"", key, "\" is not a string"));
  return text->get<std::string>();
}

absl::StatusOr<Judgement> ParseJudgement(const std::string& line, const std::filesystem::path& folder,
                                         const std::string& label_key) {
  const json object = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return absl::InvalidArgumentError("is not a JSON object");
  const absl::StatusOr<std::string> image = TextOf(object, "image"), id = TextOf(object, "id");
  if (!image.ok()) return image.status();
  if (!id.ok()) return id.status();
  if (image->empty() && id->empty()) return absl::InvalidArgumentError("has neither \"image\" nor \"id\"");
  Judgement judgement;
  if (!image->empty()) judgement.image = folder / *image;
  judgement.id = *id;
  judgement.label = FindLabel(object, label_key);
  const auto relevant = object.find("relevant");
  if ((relevant != object.end()) == judgement.label.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("needs one of \"relevant\" and the label \"", label_key, "\""));
  }
  if (relevant == object.end()) return judgement;
  if (!relevant->is_array()) return absl::InvalidArgumentError("\"relevant\" is not a list of ids");
  for (const json& one : *relevant) {
    if (!one.is_string()) return absl::InvalidArgumentError("\"relevant\" is not a list of ids");
    judgement.relevant.push_back(one.get<std::string>());
  }
  return judgement;
}

}  // namespace

absl::StatusOr<std::vector<Judgement>> ReadJudgements(const std::filesystem::path& path, const std::string& label_key) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read \"", path.string(), "\""));
  std::vector<Judgement> judgements;
  size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    absl::StatusOr<Judgement> judgement = ParseJudgement(line, path.parent_path(), label_key);
    if (!judgement.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path.string(), ": line ", number, " ", judgement.status().message()));
    }
    judgements.push_back(*std::move(judgement));
  }
  if (judgements.empty()) return absl::InvalidArgumentError(absl::StrCat(path.string(), ": has no lines"));
  return judgements;
}

}  // namespace lookalike
