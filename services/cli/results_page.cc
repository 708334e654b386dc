// SPDX-License-Identifier: Apache-2.0
#include "services/cli/results_page.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

#include "libs/image/decode.h"
#include "libs/image/encode.h"
#include "libs/image/thumbnail.h"
#include "services/cli/ingest_source.h"
#include "services/cli/picture_folder.h"

namespace lookalike {
namespace {

constexpr int kThumbnailSide = 160;  // pixels
constexpr int kThumbnailQuality = 85;

constexpr char kHead[] = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lookalike: results</title>
<style>
body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #222; }
section { display: flex; flex-wrap: wrap; gap: 1rem; padding: 1rem 0; border-top: 1px solid #ddd; }
figure { margin: 0; width: 9rem; }
figure:first-child { margin-right: 1rem; }
img { width: 9rem; height: 9rem; object-fit: contain; background: #f6f6f4; border-radius: .4rem; }
figcaption { overflow-wrap: anywhere; font-size: .85rem; }
figcaption b { display: block; }
</style>
<h1>Lookalike: results</h1>
<p>Each row: the query, then the most similar products with their cosine similarity.</p>
)";

std::string EscapeHtml(const std::string& text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

// The picture as a small JPEG; nothing where it cannot be read: the caption still says which one it is.
std::string Thumbnail(const std::filesystem::path& path) {
  const absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok()) return "";
  const absl::StatusOr<Image> image = DecodeImage(*bytes, ImageLimits());
  if (!image.ok()) return "";
  const absl::StatusOr<std::string> jpeg = EncodeJpeg(ScaleToFit(*image, kThumbnailSide), kThumbnailQuality);
  return jpeg.ok() ? *jpeg : "";
}

}  // namespace

absl::StatusOr<std::unique_ptr<ResultsPage>> ResultsPage::Begin(const std::string& pictures) {
  auto page = std::unique_ptr<ResultsPage>(new ResultsPage);
  if (pictures.empty()) return page;
  absl::StatusOr<std::unique_ptr<IngestSource>> source = IngestSource::Open(pictures);
  if (!source.ok()) return source.status();
  for (size_t i = 0; i < (*source)->size(); ++i) {
    absl::StatusOr<std::optional<SourceItem>> item = (*source)->Next();
    if (item.ok() && item->has_value()) page->picture_of_id_[(*item)->id] = (*item)->pictures.front();
  }
  return page;
}

void ResultsPage::AddSearch(const std::string& image, const std::string& id, const v1::SearchResponse& response) {
  body_ += "<section>\n";
  const std::filesystem::path picture = image.empty() ? picture_of_id_[id] : std::filesystem::path(image);
  AddFigure(picture, "query", image.empty() ? id : picture.filename().string());
  for (const v1::ScoredItem& item : response.results()) {
    AddFigure(picture_of_id_[item.id()], absl::StrFormat("%.3f", item.score()), item.id());
  }
  body_ += "</section>\n";
}

void ResultsPage::AddFigure(const std::filesystem::path& picture, const std::string& heading, const std::string& name) {
  const std::string escaped = EscapeHtml(name);
  const std::string data = Thumbnail(picture);
  body_ += "<figure>";
  if (!data.empty()) {
    absl::StrAppend(&body_, "<img alt=\"", escaped, "\" src=\"data:image/jpeg;base64,", absl::Base64Escape(data),
                    "\">");
  }
  absl::StrAppend(&body_, "<figcaption><b>", heading, "</b>", escaped, "</figcaption></figure>\n");
}

absl::Status ResultsPage::Write(const std::filesystem::path& path) const {
  return WriteFile(path, absl::StrCat(kHead, body_, "</html>\n"));
}

}  // namespace lookalike
