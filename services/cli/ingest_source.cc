// SPDX-License-Identifier: Apache-2.0
#include "services/cli/ingest_source.h"

#include <algorithm>
#include <fstream>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "services/cli/csv_source.h"
#include "services/cli/json.h"
#include "services/cli/picture_folder.h"

namespace lookalike {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class FolderSource : public IngestSource {
 public:
  explicit FolderSource(std::vector<PictureFile> pictures) : pictures_(std::move(pictures)) {}

  absl::StatusOr<std::optional<SourceItem>> Next() override {
    if (next_ == pictures_.size()) return std::nullopt;
    const PictureFile& picture = pictures_[next_++];
    return SourceItem{.id = picture.relative_path, .picture = picture.path, .attributes = {}};
  }

  size_t size() const override { return pictures_.size(); }

 private:
  const std::vector<PictureFile> pictures_;
  size_t next_ = 0;
};

absl::StatusOr<SourceItem> ItemFromJson(const json& object, const fs::path& folder) {
  if (!object.is_object()) return absl::InvalidArgumentError("is not a JSON object");
  for (const auto& [name, value] : object.items()) {
    if (name != "id" && name != "image" && name != "attributes") {
      return absl::InvalidArgumentError(
          absl::StrCat("has the unknown key \"", name, "\"; attributes go into \"attributes\""));
    }
  }
  for (const char* name : {"id", "image"}) {
    if (!object.contains(name) || !object[name].is_string()) {
      return absl::InvalidArgumentError(absl::StrCat("needs a string \"", name, "\""));
    }
  }
  SourceItem item = {.id = object["id"], .picture = folder / object["image"].get<std::string>(), .attributes = {}};
  const json attributes = object.value("attributes", json::object());
  if (!attributes.is_object()) return absl::InvalidArgumentError("\"attributes\" is not a JSON object");
  for (const auto& [name, value] : attributes.items()) {
    if (value.is_null()) continue;  // as if it were absent
    absl::StatusOr<google::protobuf::Value> attribute = AttributeFromJson(value);
    if (!attribute.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("attribute \"", name, "\": ", attribute.status().message()));
    }
    item.attributes[name] = *std::move(attribute);
  }
  return item;
}

class JsonLinesSource : public IngestSource {
 public:
  explicit JsonLinesSource(const fs::path& path) : folder_(path.parent_path()), file_(path) {
    std::ifstream counted(path);
    for (std::string line; std::getline(counted, line);) size_ += IsBlank(line) ? 0 : 1;
  }

  absl::StatusOr<std::optional<SourceItem>> Next() override {
    std::string line;
    do {
      if (!std::getline(file_, line)) return std::nullopt;
      ++line_number_;
    } while (IsBlank(line));
    const json object = json::parse(line, nullptr, /*allow_exceptions=*/false);
    absl::StatusOr<SourceItem> item =
        object.is_discarded() ? absl::InvalidArgumentError("is not JSON") : ItemFromJson(object, folder_);
    if (item.ok()) return *std::move(item);
    return absl::InvalidArgumentError(absl::StrCat("line ", line_number_, " ", item.status().message()));
  }

  size_t size() const override { return size_; }

 private:
  static bool IsBlank(const std::string& line) { return absl::StripAsciiWhitespace(line).empty(); }

  const fs::path folder_;
  std::ifstream file_;
  size_t line_number_ = 0;
  size_t size_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<IngestSource>> IngestSource::Open(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    absl::StatusOr<std::vector<PictureFile>> pictures = FindPictures(path);
    if (!pictures.ok()) return pictures.status();
    return std::make_unique<FolderSource>(*std::move(pictures));
  }
  if (!std::ifstream(path)) return absl::NotFoundError(absl::StrCat("cannot read \"", path.string(), "\""));
  const std::string extension = absl::AsciiStrToLower(path.extension().string());
  if (extension == ".jsonl") return std::make_unique<JsonLinesSource>(path);
  if (extension == ".csv") return OpenCsv(path);
  return absl::InvalidArgumentError(
      absl::StrCat("\"", path.string(), "\" is neither a folder nor a .jsonl or .csv file"));
}

}  // namespace lookalike
