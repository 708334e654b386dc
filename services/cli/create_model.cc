// SPDX-License-Identifier: Apache-2.0
#include "services/cli/create_model.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/encoding/model_bundle.h"
#include "libs/encoding/safetensors.h"
#include "libs/encoding/vgg16.h"
#include "libs/image/preprocess.h"

namespace lookalike {
namespace {

constexpr char kStarterProfile[] = "starter";

absl::StatusOr<NamedTensors> Weights(const ModelRecipe& recipe) {
  if (recipe.weights.empty()) return RandomVgg16Weights(recipe.seed);
  absl::StatusOr<SafetensorsFile> file = SafetensorsFile::Open(recipe.weights);
  if (!file.ok()) return file.status();
  return ReadVgg16Weights(*file);
}

// Only the project's own weights are made for the profile of that name.
WeightsProvenance ProvenanceOf(const ModelRecipe& recipe) {
  if (recipe.weights.empty()) return WeightsProvenance::kUntrained;
  return recipe.preprocessing == kStarterProfile ? WeightsProvenance::kStarter : WeightsProvenance::kImported;
}

}  // namespace

absl::Status CreateVgg16Bundle(const ModelRecipe& recipe, const std::string& output) {
  if (recipe.input_size < kVgg16MinInputSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("input size: must be at least ", kVgg16MinInputSize, " pixels, got ", recipe.input_size));
  }
  absl::StatusOr<Preprocessing> preprocessing = PreprocessingProfile(recipe.preprocessing, recipe.input_size);
  if (!preprocessing.ok()) return preprocessing.status();
  absl::StatusOr<NamedTensors> weights = Weights(recipe);
  if (!weights.ok()) return weights.status();
  absl::StatusOr<std::shared_ptr<const TorchModule>> module = BuildVgg16(*weights);
  if (!module.ok()) return module.status();
  const ModelManifest manifest = {.name = "vgg16-gap",
                                  .dimension = kVgg16Dimension,
                                  .preprocessing = *preprocessing,
                                  .weights = ProvenanceOf(recipe),
                                  .description = "VGG16 without its classifier, and the mean over the picture"};
  return SaveModelBundle(**module, manifest, output);
}

}  // namespace lookalike
