// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/image/preprocess.h"

namespace lookalike {

// Where a model's weights come from. Said at every start of an encoder: random weights find neighbours too, bad ones.
enum class WeightsProvenance {
  kUntrained,  // random numbers
  kStarter,    // the project's own small ones, models/README.md
  kImported,   // given by the user
};

// "untrained", "starter", "imported".
const char* ToString(WeightsProvenance provenance);

// What a TorchScript file does not say of itself: how its input is made from a picture, and what its output is.
// It travels inside the bundle, as JSON.
struct ModelManifest {
  std::string name;      // of the architecture; 1 to 64 of a-z, 0-9, '.', '_' and '-': "vgg16-gap"
  size_t dimension = 0;  // floats an embedding, 1 to 65536
  Preprocessing preprocessing;
  WeightsProvenance weights = WeightsProvenance::kImported;
  std::string description;  // for people, free form
};

// InvalidArgument, naming the field, what it holds and what is wanted, where a value is out of its range.
absl::Status ValidateManifest(const ModelManifest& manifest);

// The manifest as JSON, indented for people. It begins with "format_version": 1.
std::string ManifestToJson(const ModelManifest& manifest);

// The inverse. Strict: InvalidArgument naming the field for one that is missing, unknown, of another type or out of
// range, and for another format version. Numbers survive both ways exactly.
absl::StatusOr<ModelManifest> ManifestFromJson(absl::string_view json);

// The part of the manifest that changes embeddings, in one canonical form: what a model's identity is made of beside
// the TorchScript. Leaves out the weights' provenance and the description.
std::string CanonicalModelFields(const ModelManifest& manifest);

}  // namespace lookalike
