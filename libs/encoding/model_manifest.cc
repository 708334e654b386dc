// SPDX-License-Identifier: Apache-2.0
#include "libs/encoding/model_manifest.h"

#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace lookalike {
namespace {

// With float as the number type, 103.939f is written as 103.939 and read back as the same float.
using Json = nlohmann::basic_json<std::map, std::vector, std::string, bool, int64_t, uint64_t, float>;

constexpr int kFormatVersion = 1;
constexpr int kMaxSide = 8192;  // pixels; ValidatePreprocessing() draws the narrower limits
constexpr size_t kMaxDimension = 65536;
constexpr size_t kMaxNameLength = 64;

// The words that stand for an enum's values in JSON.
template <typename Enum>
using Words = std::initializer_list<std::pair<Enum, const char*>>;

constexpr Words<WeightsProvenance> kProvenances = {{WeightsProvenance::kUntrained, "untrained"},
                                                   {WeightsProvenance::kStarter, "starter"},
                                                   {WeightsProvenance::kImported, "imported"}};
constexpr Words<ResizeRule> kResizeRules = {{ResizeRule::kStretch, "stretch"},
                                            {ResizeRule::kShorterSideAndCrop, "shorter_side_and_crop"}};
constexpr Words<Interpolation> kInterpolations = {{Interpolation::kNearest, "nearest"},
                                                  {Interpolation::kBilinearAntialias, "bilinear_antialias"},
                                                  {Interpolation::kArea, "area"}};
constexpr Words<ChannelOrder> kChannelOrders = {{ChannelOrder::kRgb, "rgb"}, {ChannelOrder::kBgr, "bgr"}};

template <typename Enum>
const char* WordOf(Enum value, const Words<Enum>& words) {
  for (const auto& [candidate, word] : words) {
    if (candidate == value) return word;
  }
  return "";
}

Json PreprocessingToJson(const Preprocessing& preprocessing) {
  Json json = {{"input_size", preprocessing.input_size},
               {"resize_rule", WordOf(preprocessing.resize_rule, kResizeRules)},
               {"interpolation", WordOf(preprocessing.interpolation, kInterpolations)},
               {"channel_order", WordOf(preprocessing.channel_order, kChannelOrders)},
               {"scale", preprocessing.scale},
               {"mean", preprocessing.mean},
               {"std", preprocessing.std}};
  if (preprocessing.resize_rule == ResizeRule::kShorterSideAndCrop) json["resize_size"] = preprocessing.resize_size;
  return json;
}

// Takes the fields of one JSON object, and remembers the first thing wrong with any of them: parsing then reads as a
// list of fields, with one check at its end.
class FieldReader {
 public:
  // `path` goes before the names in messages: "preprocessing.".
  FieldReader(const Json& object, std::string path) : object_(object), path_(std::move(path)) {}

  // The field, or null where it is missing.
  const Json* Take(const std::string& name) {
    taken_.push_back(name);
    const auto field = object_.find(name);
    if (field != object_.end()) return &*field;
    Fail(name, "is missing");
    return nullptr;
  }

  template <typename Integer>
  void Read(const std::string& name, Integer min, Integer max, Integer& value) {
    const Json* field = Take(name);
    if (field == nullptr) return;
    const bool fits = field->is_number_unsigned() && field->template get<uint64_t>() >= static_cast<uint64_t>(min) &&
                      field->template get<uint64_t>() <= static_cast<uint64_t>(max);
    if (!fits) return Fail(name, absl::StrCat("is ", Excerpt(*field), ", not an integer from ", min, " to ", max));
    value = field->template get<Integer>();
  }

  void Read(const std::string& name, float& value) {
    const Json* field = Take(name);
    if (field == nullptr) return;
    if (!field->is_number()) return Fail(name, absl::StrCat("is ", Excerpt(*field), ", not a number"));
    value = field->get<float>();
  }

  void Read(const std::string& name, std::array<float, 3>& values) {
    const Json* field = Take(name);
    if (field == nullptr) return;
    bool three_numbers = field->is_array() && field->size() == values.size();
    for (size_t i = 0; three_numbers && i < values.size(); ++i) three_numbers = (*field)[i].is_number();
    if (!three_numbers) return Fail(name, absl::StrCat("is ", Excerpt(*field), ", not a list of 3 numbers"));
    for (size_t i = 0; i < values.size(); ++i) values[i] = (*field)[i].get<float>();
  }

  void Read(const std::string& name, std::string& value) {
    const Json* field = Take(name);
    if (field == nullptr) return;
    if (!field->is_string()) return Fail(name, absl::StrCat("is ", Excerpt(*field), ", not a string"));
    value = field->get<std::string>();
  }

  template <typename Enum>
  void Read(const std::string& name, const Words<Enum>& words, Enum& value) {
    const Json* field = Take(name);
    if (field == nullptr) return;
    for (const auto& [candidate, word] : words) {
      if (field->is_string() && field->get<std::string>() == word) {
        value = candidate;
        return;
      }
    }
    const auto quote = [](std::string* out, const auto& entry) { absl::StrAppend(out, "\"", entry.second, "\""); };
    Fail(name, absl::StrCat("is ", Excerpt(*field), ", not one of ", absl::StrJoin(words, ", ", quote)));
  }

  // The first error; where there is none, that of a field that nobody took.
  absl::Status Finish() {
    for (const auto& [name, value] : object_.items()) {
      bool known = false;
      for (const std::string& taken : taken_) known = known || taken == name;
      if (!known) Fail(name, "is not a field that this version knows");
    }
    return status_;
  }

 private:
  void Fail(const std::string& name, const std::string& problem) {
    if (status_.ok()) status_ = absl::InvalidArgumentError(absl::StrCat("manifest: \"", path_, name, "\" ", problem));
  }

  static std::string Excerpt(const Json& value) {
    const std::string text = value.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
    return text.size() <= 60 ? text : text.substr(0, 60) + "…";
  }

  const Json& object_;
  const std::string path_;
  std::vector<std::string> taken_;
  absl::Status status_;
};

absl::StatusOr<Preprocessing> PreprocessingFromJson(const Json& json) {
  if (!json.is_object()) return absl::InvalidArgumentError("manifest: \"preprocessing\" is not an object");
  Preprocessing preprocessing;
  FieldReader reader(json, "preprocessing.");
  reader.Read("input_size", 1, kMaxSide, preprocessing.input_size);
  reader.Read("resize_rule", kResizeRules, preprocessing.resize_rule);
  if (preprocessing.resize_rule == ResizeRule::kShorterSideAndCrop) {
    reader.Read("resize_size", 1, kMaxSide, preprocessing.resize_size);
  }
  reader.Read("interpolation", kInterpolations, preprocessing.interpolation);
  reader.Read("channel_order", kChannelOrders, preprocessing.channel_order);
  reader.Read("scale", preprocessing.scale);
  reader.Read("mean", preprocessing.mean);
  reader.Read("std", preprocessing.std);
  if (absl::Status status = reader.Finish(); !status.ok()) return status;
  return preprocessing;
}

absl::Status OutOfRange(absl::string_view field, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("manifest: \"", field, "\" ", problem));
}

bool IsName(const std::string& name) {
  if (name.empty() || name.size() > kMaxNameLength) return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == std::string::npos;
}

}  // namespace

const char* ToString(WeightsProvenance provenance) { return WordOf(provenance, kProvenances); }

absl::Status ValidateManifest(const ModelManifest& manifest) {
  if (!IsName(manifest.name)) {
    return OutOfRange("name", absl::StrCat("is \"", manifest.name.substr(0, kMaxNameLength), "\", not 1 to ",
                                           kMaxNameLength, " of a-z, 0-9, '.', '_' and '-'"));
  }
  if (manifest.dimension < 1 || manifest.dimension > kMaxDimension) {
    return OutOfRange("dimension", absl::StrCat("is ", manifest.dimension, ", not from 1 to ", kMaxDimension));
  }
  const absl::Status status = ValidatePreprocessing(manifest.preprocessing);
  if (!status.ok()) return absl::InvalidArgumentError(absl::StrCat("manifest: ", status.message()));
  return absl::OkStatus();
}

std::string ManifestToJson(const ModelManifest& manifest) {
  const Json json = {
      {"format_version", kFormatVersion},      {"name", manifest.name},
      {"dimension", manifest.dimension},       {"preprocessing", PreprocessingToJson(manifest.preprocessing)},
      {"weights", ToString(manifest.weights)}, {"description", manifest.description}};
  return json.dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) + "\n";
}

absl::StatusOr<ModelManifest> ManifestFromJson(absl::string_view text) {
  const Json json = Json::parse(text.begin(), text.end(), /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (!json.is_object())
    return absl::InvalidArgumentError("manifest: not a JSON object, or one with a number that no float holds");
  ModelManifest manifest;
  int format_version = 0;
  FieldReader reader(json, "");
  reader.Read("format_version", kFormatVersion, kFormatVersion, format_version);
  reader.Read("name", manifest.name);
  reader.Read("dimension", size_t{1}, kMaxDimension, manifest.dimension);
  const Json* preprocessing_json = reader.Take("preprocessing");
  reader.Read("weights", kProvenances, manifest.weights);
  reader.Read("description", manifest.description);
  if (absl::Status status = reader.Finish(); !status.ok()) return status;

  absl::StatusOr<Preprocessing> preprocessing = PreprocessingFromJson(*preprocessing_json);
  if (!preprocessing.ok()) return preprocessing.status();
  manifest.preprocessing = *preprocessing;
  if (absl::Status status = ValidateManifest(manifest); !status.ok()) return status;
  return manifest;
}

std::string CanonicalModelFields(const ModelManifest& manifest) {
  const Json json = {{"name", manifest.name},
                     {"dimension", manifest.dimension},
                     {"preprocessing", PreprocessingToJson(manifest.preprocessing)}};
  return json.dump();
}

}  // namespace lookalike
