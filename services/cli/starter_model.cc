// SPDX-License-Identifier: Apache-2.0
#include "services/cli/starter_model.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"

#include "services/cli/create_model.h"

namespace lookalike {
namespace {

namespace fs = std::filesystem;

constexpr char kWeightsFile[] = "starter-vgg16-gap.safetensors";
constexpr int kStarterInputSize = 64;  // pixels; what the weights were trained at, see models/README.md

absl::StatusOr<fs::path> FindWeights() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  // Installed: bin/lookalike and share/lookalike/models. Built: build/<preset>/bin/lookalike and models.
  for (const char* place : {"../share/lookalike/models", "../../../models"}) {
    const fs::path candidate = program / place / kWeightsFile;
    if (fs::exists(candidate, error)) return candidate;
  }
  return absl::NotFoundError(absl::StrCat("the starter weights (", kWeightsFile, ") are not beside the program in ",
                                          program.string(), "; give a model with --model"));
}

}  // namespace

absl::StatusOr<std::string> StarterModel(const std::string& directory) {
  const fs::path bundle = fs::path(directory) / "starter-vgg16-gap.pt";
  std::error_code error;
  if (fs::exists(bundle, error)) return bundle.string();
  absl::StatusOr<fs::path> weights = FindWeights();
  if (!weights.ok()) return weights.status();
  const ModelRecipe recipe = {
      .weights = weights->string(), .preprocessing = "starter", .input_size = kStarterInputSize};
  if (absl::Status status = CreateVgg16Bundle(recipe, bundle.string()); !status.ok()) return status;
  return bundle.string();
}

}  // namespace lookalike
