// SPDX-License-Identifier: Apache-2.0
// lookalike-search: what a shop calls. Stateless: speaks to encoders and an index.
#include <memory>

#include "absl/strings/str_cat.h"

#include "libs/rpc/channel.h"
#include "libs/rpc/encoder_client.h"
#include "libs/rpc/index_client.h"
#include "libs/rpc/program.h"
#include "services/main_function.h"
#include "services/search/options.h"
#include "services/search/rest/gateway.h"
#include "services/search/search_service.h"
#include "services/server_options.h"

namespace lookalike {
namespace {

struct SearchOptions {
  std::string encoder = "127.0.0.1:7701";
  std::string index = "127.0.0.1:7702";
  IngestSession::Options ingest;
  RestGateway::Options rest;
  ProductWriter::Options writer;
};

// How long one question about whether a backend is there may take.
constexpr absl::Duration kReachTimeout = absl::Seconds(2);

// What this service takes and sends, those behind it do.
ChannelOptions WithLimits(ChannelOptions channel, const ServerOptions& server) {
  channel.max_receive_message_bytes = server.grpc.max_receive_message_bytes;
  channel.max_send_message_bytes = server.grpc.max_send_message_bytes;
  return channel;
}

absl::Status ReachBackends(Encoder& encoder, CatalogStore& store) {
  const absl::StatusOr<ModelInfo> model = encoder.GetModel(absl::Now() + kReachTimeout);
  if (!model.ok()) return absl::UnavailableError(absl::StrCat("the encoder: ", model.status().message()));
  const absl::Status index = store.ListCollections(absl::Now() + kReachTimeout).status();
  if (!index.ok()) return absl::UnavailableError(absl::StrCat("the index: ", index.message()));
  return absl::OkStatus();
}

absl::Status Run(ServerOptions& server, const SearchOptions& options) {
  if (absl::Status status = Finish(server); !status.ok()) return status;
  Metrics metrics;
  std::unique_ptr<EncoderClient> encoder;
  std::unique_ptr<IndexClient> index;
  std::unique_ptr<SearchService> service;
  RestGateway rest(options.rest);
  return RunProgram({.name = "lookalike-search",
                     .grpc = server.grpc,
                     .http = server.http,
                     .metrics = &metrics,
                     .load = [&]() -> absl::StatusOr<std::vector<NamedService>> {
                       auto to_encoder = Connect(options.encoder, WithLimits(EncoderClient::Channel(), server));
                       if (!to_encoder.ok()) return to_encoder.status();
                       auto to_index = Connect(options.index, WithLimits(IndexClient::Channel(), server));
                       if (!to_index.ok()) return to_index.status();
                       encoder = std::make_unique<EncoderClient>(*to_encoder);
                       index = std::make_unique<IndexClient>(*to_index);
                       service =
                           std::make_unique<SearchService>(encoder.get(), index.get(), options.ingest, options.writer);
                       return std::vector<NamedService>{{v1::VisualSearch::service_full_name(), service.get()}};
                     },
                     .reach_backends = [&] { return ReachBackends(*encoder, *index); },
                     .http_handler = [&](const HttpRequest& request) { return rest.Answer(request); },
                     .on_in_process_channel = [&](auto channel) { rest.Connect(std::move(channel)); },
                     .on_listening = nullptr});
}

}  // namespace
}  // namespace lookalike

int main(int argc, char** argv) {
  CLI::App app("Visual product search over gRPC (lookalike.v1.VisualSearch), in front of encoders and an index.",
               "lookalike-search");
  lookalike::ServerOptions server;
  lookalike::SearchOptions options;
  app.add_option("--encoder", options.encoder,
                 "The encoders: host:port, dns:///name:port for all addresses of a name, or ip:port,ip:port,…")
      ->capture_default_str();
  app.add_option("--index", options.index, "The index, as --encoder")->capture_default_str();
  lookalike::AddIngestFlags(app, options.ingest);
  lookalike::AddRestFlags(app, options.rest);
  lookalike::AddThumbnailFlag(app, options.writer);
  lookalike::AddServerFlags(app, server);
  return lookalike::RunMain(app, argc, argv, [&] { return lookalike::Run(server, options); });
}
