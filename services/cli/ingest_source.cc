// SPDX-License-Identifier: Apache-2.0
#include "services/cli/ingest_source.h"

#include <algorithm>
#include <fstream>
#include <iostream>
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
    return SourceItem{.id = picture.relative_path, .pictures = {picture.path}, .attributes = {}, .group = {}};
  }

  size_t size() const override { return pictures_.size(); }

 private:
  const std::vector<PictureFile> pictures_;
  size_t next_ = 0;
};

absl::StatusOr<std::vector<fs::path>> PicturesFromJson(const json& object, const fs::path& folder) {
  if (object.contains("image") == object.contains("images")) {
    return absl::InvalidArgumentError("needs a string \"image\", or a list \"images\"");
  }
  const json names = object.contains("image") ? json::array({object["image"]}) : object["images"];
  std::vector<fs::path> pictures;
  if (!names.is_array() || names.empty()) return absl::InvalidArgumentError("\"images\" is not a list of paths");
  for (const json& name : names) {
    if (!name.is_string()) return absl::InvalidArgumentError("has a picture whose path is not a string");
    pictures.push_back(folder / name.get<std::string>());
  }
  return pictures;
}

absl::Status ReadGroupAndVersion(const json& object, SourceItem& item) {
  if (const auto group = object.find("group"); group != object.end()) {
    if (!group->is_string()) return absl::InvalidArgumentError("\"group\" is not a string");
    item.group = group->get<std::string>();
  }
  if (const auto version = object.find("version"); version != object.end()) {
    if (!version->is_number_unsigned())
      return absl::InvalidArgumentError("\"version\" is not a whole number from 0 on");
    item.version = version->get<uint64_t>();
  }
  return absl::OkStatus();
}

absl::StatusOr<SourceItem> ItemFromJson(const json& object, const fs::path& folder) {
  if (!object.is_object()) return absl::InvalidArgumentError("is not a JSON object");
  for (const auto& [name, value] : object.items()) {
    if (name != "id" && name != "image" && name != "images" && name != "attributes" && name != "group" &&
        name != "version") {
      return absl::InvalidArgumentError(
          absl::StrCat("has the unknown key \"", name, "\"; attributes go into \"attributes\""));
    }
  }
  if (!object.contains("id") || !object["id"].is_string()) return absl::InvalidArgumentError("needs a string \"id\"");
  absl::StatusOr<std::vector<fs::path>> pictures = PicturesFromJson(object, folder);
  if (!pictures.ok()) return pictures.status();
  SourceItem item = {.id = object["id"], .pictures = *std::move(pictures), .attributes = {}, .group = {}};
  if (absl::Status status = ReadGroupAndVersion(object, item); !status.ok()) return status;
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
  // From standard input.
  JsonLinesSource() : lines_(std::cin) {}
  explicit JsonLinesSource(const fs::path& path) : folder_(path.parent_path()), file_(path), lines_(file_) {
    std::ifstream counted(path);
    for (std::string line; std::getline(counted, line);) size_ += IsBlank(line) ? 0 : 1;
  }

  absl::StatusOr<std::optional<SourceItem>> Next() override {
    std::string line;
    do {
      if (!std::getline(lines_, line)) return std::nullopt;
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
  std::istream& lines_;
  size_t line_number_ = 0;
  size_t size_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<IngestSource>> IngestSource::Open(const fs::path& path) {
  if (path == "-") return std::make_unique<JsonLinesSource>();
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
