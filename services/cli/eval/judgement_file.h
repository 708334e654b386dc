// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace lookalike {

// A query and what counts as a good answer to it, as a line of a file of JSON lines says:
//   {"image": "photos/1.jpg", "label": "boots"}                 a picture
//   {"id": "boot-17", "relevant": ["boot-18", "boot-40"]}       an item
//   {"id": "boot-17", "image": "17.jpg", "label": "boots"}      a picture, of an item that is no answer to it
struct Judgement {
  std::filesystem::path image;             // relative to the file's folder, made whole; empty where there is none
  std::string id;                          // empty where there is none
  std::optional<std::string> label;        // what relevant items have too
  std::vector<std::string> relevant = {};  // or their ids
};

// The lines of a file. `label_key`: the key that labels stand under. InvalidArgument, naming the line, for one that has
// neither "image" nor "id", neither or both of a label and "relevant", or that is not of this form; NotFound
// where there is no such file. Other keys are passed over, so that an ingestion manifest can serve.
absl::StatusOr<std::vector<Judgement>> ReadJudgements(const std::filesystem::path& path, const std::string& label_key);

}  // namespace lookalike
