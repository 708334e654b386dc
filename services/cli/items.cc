// SPDX-License-Identifier: Apache-2.0
// `lookalike get`, `lookalike delete` and `lookalike stats`.
#include <iostream>
#include <map>
#include <memory>

#include "absl/strings/str_cat.h"

#include "services/cli/command.h"
#include "services/cli/connection.h"
#include "services/cli/json.h"
#include "services/cli/table.h"

namespace lookalike {
namespace {

struct Options {
  Connection connection;
  std::string collection;
  std::vector<std::string> ids;
  bool with_embeddings = false;
  uint64_t min_sequence = 0;
  bool json = false;
};

// Prints what could not be done for each id, and makes one error of it.
absl::Status FailedIds(const std::map<std::string, std::string>& reason_of_id) {
  if (reason_of_id.empty()) return absl::OkStatus();
  for (const auto& [id, reason] : reason_of_id) std::cerr << id << ": " << reason << "\n";
  return absl::NotFoundError(absl::StrCat("failed for ", reason_of_id.size(), " of the ids"));
}

absl::Status Get(Options& options) {
  if (absl::Status status = options.connection.Open(); !status.ok()) return status;
  v1::GetRequest request;
  request.set_collection(options.collection);
  *request.mutable_ids() = {options.ids.begin(), options.ids.end()};
  request.set_with_embeddings(options.with_embeddings);
  request.set_min_sequence(options.min_sequence);
  const absl::StatusOr<v1::GetResponse> response = options.connection.Call(&Connection::Stub::Get, request);
  if (!response.ok()) return response.status();
  if (options.json) {
    std::cout << ToJson(*response).dump() << "\n";
  } else {
    for (const v1::Item& item : response->items()) std::cout << ToJson(item).dump(2) << "\n";
  }
  std::map<std::string, std::string> missing;
  for (const std::string& id : response->missing_ids()) missing[id] = "there is no such item";
  return FailedIds(missing);
}

absl::Status Delete(Options& options) {
  if (absl::Status status = options.connection.Open(); !status.ok()) return status;
  v1::DeleteRequest request;
  request.set_collection(options.collection);
  *request.mutable_ids() = {options.ids.begin(), options.ids.end()};
  const absl::StatusOr<v1::DeleteResponse> response = options.connection.Call(&Connection::Stub::Delete, request);
  if (!response.ok()) return response.status();
  std::map<std::string, std::string> failed;
  for (const v1::DeleteOutcome& outcome : response->outcomes()) {
    if (outcome.has_error()) failed[outcome.id()] = outcome.error().message();
  }
  if (options.json) {
    std::cout << ToJson(*response).dump() << "\n";
  } else {
    std::cout << response->outcomes_size() - static_cast<int>(failed.size()) << " deleted\n";
  }
  return FailedIds(failed);
}

absl::StatusOr<v1::ListCollectionsResponse> Collections(Options& options) {
  if (options.collection.empty()) {
    return options.connection.Call(&Connection::Stub::ListCollections, v1::ListCollectionsRequest());
  }
  v1::GetCollectionRequest request;
  request.set_name(options.collection);
  absl::StatusOr<v1::Collection> collection = options.connection.Call(&Connection::Stub::GetCollection, request);
  if (!collection.ok()) return collection.status();
  v1::ListCollectionsResponse response;
  *response.add_collections() = *std::move(collection);
  return response;
}

absl::Status Stats(Options& options) {
  if (absl::Status status = options.connection.Open(); !status.ok()) return status;
  const absl::StatusOr<v1::ListCollectionsResponse> response = Collections(options);
  if (!response.ok()) return response.status();
  if (options.json) {
    std::cout << ToJson(*response).dump() << "\n";
    return absl::OkStatus();
  }
  Table table({"collection", "items", "tombstones", "writes", "dimension", "model"});
  for (const v1::Collection& collection : response->collections()) {
    table.AddRow({collection.name(), absl::StrCat(collection.items()), absl::StrCat(collection.tombstones()),
                  absl::StrCat(collection.sequence()), absl::StrCat(collection.dimension()), collection.model_id()});
  }
  std::cout << table.ToString();
  return absl::OkStatus();
}

std::shared_ptr<Options> AddItemCommand(CLI::App& command) {
  auto options = std::make_shared<Options>();
  options->connection.AddFlags(command);
  command.add_option("--collection", options->collection, "The items' collection")->required();
  command.add_option("ids", options->ids, "Ids of items")->required();
  command.add_flag("--json", options->json, "For programs");
  return options;
}

}  // namespace

void AddGet(CLI::App& app, Command& chosen) {
  CLI::App& get = *app.add_subcommand("get", "Show items by id");
  const std::shared_ptr<Options> options = AddItemCommand(get);
  get.add_flag("--embeddings", options->with_embeddings, "With their embeddings");
  Connection::AddMinSequence(get, options->min_sequence);
  get.callback([options, &chosen] { chosen = [options] { return Get(*options); }; });
}

void AddDelete(CLI::App& app, Command& chosen) {
  CLI::App& remove = *app.add_subcommand("delete", "Delete items by id");
  const std::shared_ptr<Options> options = AddItemCommand(remove);
  remove.callback([options, &chosen] { chosen = [options] { return Delete(*options); }; });
}

void AddStats(CLI::App& app, Command& chosen) {
  CLI::App& stats = *app.add_subcommand("stats", "Show the collections and how large they are");
  auto options = std::make_shared<Options>();
  options->connection.AddFlags(stats);
  stats.add_option("--collection", options->collection, "Only this one");
  stats.add_flag("--json", options->json, "For programs");
  stats.callback([options, &chosen] { chosen = [options] { return Stats(*options); }; });
}

}  // namespace lookalike
