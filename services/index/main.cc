// SPDX-License-Identifier: Apache-2.0
// lookalike-index: keeps collections of embeddings and finds the nearest.
#include <memory>

#include "libs/rpc/program.h"
#include "services/index/catalog_metrics.h"
#include "services/index/index_service.h"
#include "services/index/options.h"
#include "services/main_function.h"
#include "services/server_options.h"

namespace lookalike {
namespace {

absl::Status Run(ServerOptions& server, Catalog::Options options) {
  if (absl::Status status = Finish(server); !status.ok()) return status;
  Metrics metrics;
  options.observer = ObserveCommits(&metrics);
  std::unique_ptr<Catalog> catalog;
  std::vector<GaugeCallbackRegistration> gauges;
  std::unique_ptr<IndexService> service;
  return RunProgram({.name = "lookalike-index",
                     .grpc = server.grpc,
                     .http = server.http,
                     .metrics = &metrics,
                     .load = [&]() -> absl::StatusOr<std::vector<NamedService>> {
                       absl::StatusOr<std::unique_ptr<Catalog>> opened = Catalog::Open(options);
                       if (!opened.ok()) return opened.status();
                       catalog = *std::move(opened);
                       gauges = AddCatalogMetrics(catalog.get(), &metrics);
                       service = std::make_unique<IndexService>(catalog.get());
                       return std::vector<NamedService>{{v1::Index::service_full_name(), service.get()}};
                     },
                     .reach_backends = nullptr,
                     .on_listening = nullptr});
}

}  // namespace
}  // namespace lookalike

int main(int argc, char** argv) {
  CLI::App app("Keeps collections of embeddings and finds the nearest, over gRPC (lookalike.v1.Index).",
               "lookalike-index");
  lookalike::ServerOptions server;
  server.grpc.address = "127.0.0.1:7702";
  server.http.address = "127.0.0.1:7782";
  lookalike::Catalog::Options options;
  lookalike::AddIndexFlags(app, options);
  lookalike::AddServerFlags(app, server);
  return lookalike::RunMain(app, argc, argv, [&] { return lookalike::Run(server, options); });
}
