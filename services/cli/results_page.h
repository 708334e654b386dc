// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lookalike/v1/search.pb.h"

namespace lookalike {

// One HTML file that shows searches: each query's picture, and its results' with their scores. Pictures are small
// copies inside the file, so that it can be sent to somebody.
class ResultsPage {
 public:
  // `pictures`: the folder or manifest that was ingested; empty: results are shown without pictures. Errors: those of
  // IngestSource::Open.
  static absl::StatusOr<std::unique_ptr<ResultsPage>> Begin(const std::string& pictures);

  // The query is the picture at `image`, or, where that is empty, the item `id`.
  void AddSearch(const std::string& image, const std::string& id, const v1::SearchResponse& response);

  absl::Status Write(const std::filesystem::path& path) const;

 private:
  ResultsPage() = default;
  void AddFigure(const std::filesystem::path& picture, const std::string& heading, const std::string& name);

  absl::flat_hash_map<std::string, std::filesystem::path> picture_of_id_;
  std::string body_;
};

}  // namespace lookalike
