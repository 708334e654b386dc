// SPDX-License-Identifier: Apache-2.0
// `lookalike model create` and `lookalike model info`.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "libs/encoding/model_bundle.h"
#include "services/cli/command.h"
#include "services/cli/create_model.h"

namespace lookalike {
namespace {

struct CreateOptions {
  std::string architecture = "vgg16-gap";
  ModelRecipe recipe;
  std::string output;
};

struct InfoOptions {
  std::string path;
  bool json = false;
};

absl::Status Create(const CreateOptions& options) {
  if (absl::Status status = CreateVgg16Bundle(options.recipe, options.output); !status.ok()) return status;
  const absl::StatusOr<ModelBundle> bundle = LoadModelBundle(options.output);
  if (!bundle.ok()) return bundle.status();
  std::cout << "wrote " << options.output << ": model " << bundle->model_id << ", weights "
            << ToString(bundle->manifest.weights) << "\n";
  return absl::OkStatus();
}

absl::Status Info(const InfoOptions& options) {
  const absl::StatusOr<ModelBundle> bundle = LoadModelBundle(options.path);
  if (!bundle.ok()) return bundle.status();
  nlohmann::ordered_json json = {{"id", bundle->model_id}};
  json.update(nlohmann::ordered_json::parse(ManifestToJson(bundle->manifest)));
  if (options.json) {
    std::cout << json.dump() << "\n";
    return absl::OkStatus();
  }
  for (const auto& [name, value] : json.items()) {
    std::cout << name << ": " << (value.is_string() ? value.get<std::string>() : value.dump()) << "\n";
  }
  return absl::OkStatus();
}

void AddCreate(CLI::App& model, Command& chosen) {
  CLI::App& create = *model.add_subcommand("create", "Make a VGG16-GAP bundle from weights, or from random numbers");
  auto options = std::make_shared<CreateOptions>();
  create.add_option("--arch", options->architecture, "The network")
      ->capture_default_str()
      ->check(CLI::IsMember({"vgg16-gap"}));
  CLI::Option* weights = create.add_option(
      "--weights", options->recipe.weights,
      "A .safetensors file with torchvision's names; without it the weights are random and the model is "
      "untrained");
  create.add_option("--preprocessing", options->recipe.preprocessing, "How pictures are prepared for these weights")
      ->capture_default_str()
      ->check(CLI::IsMember({"keras", "torchvision", "starter"}));
  create.add_option("--input-size", options->recipe.input_size, "Width and height of the network's input, in pixels")
      ->capture_default_str();
  create.add_option("--seed", options->recipe.seed, "Of random weights")->capture_default_str()->excludes(weights);
  create.add_option("--output", options->output, "The bundle to write")->required();
  create.callback([options, &chosen] { chosen = [options] { return Create(*options); }; });
}

void AddInfo(CLI::App& model, Command& chosen) {
  CLI::App& info = *model.add_subcommand("info", "Say what a bundle is: id, input, weights");
  auto options = std::make_shared<InfoOptions>();
  info.add_option("bundle", options->path, "The bundle")->required();
  info.add_flag("--json", options->json, "For programs");
  info.callback([options, &chosen] { chosen = [options] { return Info(*options); }; });
}

}  // namespace

void AddModel(CLI::App& app, Command& chosen) {
  CLI::App& model = *app.add_subcommand("model", "Make model bundles and look at them");
  model.require_subcommand(1);
  AddCreate(model, chosen);
  AddInfo(model, chosen);
}

}  // namespace lookalike
