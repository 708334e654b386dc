// SPDX-License-Identifier: Apache-2.0
// `lookalike serve`: the three services in one process, without sockets between them.
#include <iostream>
#include <memory>

#include "libs/rpc/program.h"
#include "libs/telemetry/log.h"
#include "services/cli/command.h"
#include "services/cli/starter_model.h"
#include "services/encoder/encoder_service.h"
#include "services/encoder/make_encoder.h"
#include "services/encoder/options.h"
#include "services/index/catalog_metrics.h"
#include "services/index/index_service.h"
#include "services/index/options.h"
#include "services/search/options.h"
#include "services/search/rest/gateway.h"
#include "services/search/search_service.h"
#include "services/server_options.h"

namespace lookalike {
namespace {

struct ServeOptions {
  ServerOptions server;
  EncoderOptions encoder;
  Catalog::Options index;
  IngestSession::Options ingest;
  RestGateway::Options rest;
  ProductWriter::Options writer;
};

// Everything behind the port; members are destroyed from the last to the first.
struct AllInOne {
  Metrics metrics;
  std::unique_ptr<Encoder> encoder;
  std::unique_ptr<Catalog> catalog;
  std::vector<GaugeCallbackRegistration> gauges;
  std::unique_ptr<EncoderService> encoder_service;
  std::unique_ptr<IndexService> index_service;
  std::unique_ptr<SearchService> search_service;
};

// Says so early where pictures cannot be searched for in what is already there.
void WarnOfOtherModels(const std::string& model_id, const std::vector<CollectionInfo>& collections) {
  for (const CollectionInfo& collection : collections) {
    if (collection.spec.model_id.empty() || collection.spec.model_id == model_id) continue;
    LogWarning(
        "embeddings of this collection come from another model: searches by picture, and new pictures, are refused",
        {{"collection", collection.spec.name},
         {"collection_model_id", collection.spec.model_id},
         {"model_id", model_id}});
  }
}

absl::StatusOr<std::vector<NamedService>> Load(ServeOptions& options, AllInOne& all) {
  options.index.observer = ObserveCommits(&all.metrics);
  absl::StatusOr<std::unique_ptr<Catalog>> catalog = Catalog::Open(options.index);
  if (!catalog.ok()) return catalog.status();
  all.catalog = *std::move(catalog);
  if (options.encoder.model.empty()) {
    absl::StatusOr<std::string> starter = StarterModel(options.index.data_directory);
    if (!starter.ok()) return starter.status();
    options.encoder.model = *starter;
  }
  absl::StatusOr<std::unique_ptr<Encoder>> encoder = MakeEncoder(options.encoder, &all.metrics);
  if (!encoder.ok()) return encoder.status();
  all.encoder = *std::move(encoder);

  const absl::StatusOr<ModelInfo> model = all.encoder->GetModel(absl::InfiniteFuture());
  const absl::StatusOr<std::vector<CollectionInfo>> collections = all.catalog->ListCollections(absl::InfiniteFuture());
  if (model.ok() && collections.ok()) WarnOfOtherModels(model->id, *collections);

  all.gauges = AddCatalogMetrics(all.catalog.get(), &all.metrics);
  all.encoder_service = std::make_unique<EncoderService>(all.encoder.get());
  all.index_service = std::make_unique<IndexService>(all.catalog.get());
  all.search_service =
      std::make_unique<SearchService>(all.encoder.get(), all.catalog.get(), options.ingest, options.writer);
  return std::vector<NamedService>{{v1::Encoder::service_full_name(), all.encoder_service.get()},
                                   {v1::Index::service_full_name(), all.index_service.get()},
                                   {v1::VisualSearch::service_full_name(), all.search_service.get()}};
}

absl::Status Run(ServeOptions& options) {
  if (absl::Status status = Finish(options.server); !status.ok()) return status;
  AllInOne all;
  RestGateway rest(options.rest);
  return RunProgram({.name = "lookalike",
                     .grpc = options.server.grpc,
                     .http = options.server.http,
                     .metrics = &all.metrics,
                     .load = [&] { return Load(options, all); },
                     .reach_backends = nullptr,
                     .http_handler = [&](const HttpRequest& request) { return rest.Answer(request); },
                     .on_in_process_channel = [&](auto channel) { rest.Connect(std::move(channel)); },
                     .on_listening =
                         [](const std::string& grpc, const std::string& http) {
                           std::cout << "listening grpc=" << grpc << " http=" << http << std::endl;
                         }});
}

}  // namespace

void AddServe(CLI::App& app, Command& chosen) {
  CLI::App& serve = *app.add_subcommand("serve", "Run the encoder, the index and the search service in one process");
  auto options = std::make_shared<ServeOptions>();
  options->server.grpc.address = "127.0.0.1:7700";
  options->server.http.address = "127.0.0.1:7780";
  AddIndexFlags(serve, options->index);
  serve.add_option("--model", options->encoder.model, "Model bundle to run; without it, the project's starter weights");
  AddEncoderFlags(serve, options->encoder);
  AddEmbeddingCacheFlag(serve, options->encoder);
  AddIngestFlags(serve, options->ingest);
  AddRestFlags(serve, options->rest);
  AddThumbnailFlag(serve, options->writer);
  AddServerFlags(serve, options->server);
  serve.callback([options, &chosen] { chosen = [options] { return Run(*options); }; });
}

}  // namespace lookalike
