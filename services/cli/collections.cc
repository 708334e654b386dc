// SPDX-License-Identifier: Apache-2.0
// `lookalike collections create`, `set-ranking` and `delete-ranking`.
#include <iostream>
#include <memory>

#include "services/cli/command.h"
#include "services/cli/connection.h"
#include "services/cli/json.h"

namespace lookalike {
namespace {

struct CreateOptions {
  Connection connection;
  std::string collection;
  uint32_t dimension = 0;
  std::string model_id;
  bool centered = false;
  bool json = false;
};

absl::Status Create(CreateOptions& options) {
  if (absl::Status status = options.connection.Open(); !status.ok()) return status;
  v1::CreateCollectionRequest request;
  request.mutable_collection()->set_name(options.collection);
  request.mutable_collection()->set_dimension(options.dimension);
  request.mutable_collection()->set_model_id(options.model_id);
  request.mutable_collection()->set_centered(options.centered);
  const absl::StatusOr<v1::Collection> made = options.connection.Call(&Connection::Stub::CreateCollection, request);
  if (!made.ok()) return made.status();
  if (options.json) {
    std::cout << ToJson(*made).dump() << "\n";
    return absl::OkStatus();
  }
  std::cout << "made collection " << made->name() << ": dimension " << made->dimension() << ", "
            << (made->model_id().empty() ? "embeddings of your own" : "model " + made->model_id())
            << (made->centered() ? ", centered" : "") << "\n";
  return absl::OkStatus();
}

struct ProfileOptions {
  Connection connection;
  std::string collection;
  std::string name = "default";
  std::string file;
};

absl::Status SetRanking(ProfileOptions& options) {
  v1::SetRankingProfileRequest request;
  request.set_collection(options.collection);
  request.set_name(options.name);
  if (absl::Status status = ReadJsonFile(options.file, *request.mutable_profile()); !status.ok()) return status;
  if (absl::Status status = options.connection.Open(); !status.ok()) return status;
  const absl::Status status = options.connection.Call(&Connection::Stub::SetRankingProfile, request).status();
  if (!status.ok()) return status;
  std::cout << "ranking profile " << options.name << " of " << options.collection << " is in force\n";
  return absl::OkStatus();
}

absl::Status DeleteRanking(ProfileOptions& options) {
  v1::DeleteRankingProfileRequest request;
  request.set_collection(options.collection);
  request.set_name(options.name);
  if (absl::Status status = options.connection.Open(); !status.ok()) return status;
  return options.connection.Call(&Connection::Stub::DeleteRankingProfile, request).status();
}

// The flags that both have.
void AddRankingFlags(CLI::App& app, ProfileOptions& options) {
  options.connection.AddFlags(app);
  app.add_option("--collection", options.collection, "Whose")->required();
  app.add_option("--name", options.name, "Of the profile; searches that name none use \"default\"")
      ->capture_default_str();
}

}  // namespace

void AddCollections(CLI::App& app, Command& chosen) {
  CLI::App& collections = *app.add_subcommand("collections", "Make collections with settings of their own");
  collections.require_subcommand(1);
  CLI::App& create = *collections.add_subcommand("create", "Make a collection; its settings are fixed then");
  auto options = std::make_shared<CreateOptions>();
  options->connection.AddFlags(create);
  create.add_option("--collection", options->collection, "Its name")->required();
  create.add_option("--dimension", options->dimension,
                    "Floats of an embedding; without this and --model-id, those of the server's model");
  create.add_option("--model-id", options->model_id,
                    "The model that its embeddings come from; none: embeddings of your own, and no pictures");
  create.add_flag("--centered", options->centered,
                  "Subtract the catalog's mean embedding before comparing: what all products share no longer counts");
  create.add_flag("--json", options->json, "For programs");
  create.callback([options, &chosen] { chosen = [options] { return Create(*options); }; });

  CLI::App& set = *collections.add_subcommand("set-ranking", "Keep a ranking profile; it is in force at once");
  auto set_options = std::make_shared<ProfileOptions>();
  AddRankingFlags(set, *set_options);
  set.add_option("file", set_options->file, "The profile, as JSON (docs/api.md)")->required();
  set.callback([set_options, &chosen] { chosen = [set_options] { return SetRanking(*set_options); }; });

  CLI::App& remove = *collections.add_subcommand("delete-ranking", "Forget a ranking profile");
  auto remove_options = std::make_shared<ProfileOptions>();
  AddRankingFlags(remove, *remove_options);
  remove.callback([remove_options, &chosen] { chosen = [remove_options] { return DeleteRanking(*remove_options); }; });
}

}  // namespace lookalike
