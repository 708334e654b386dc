// SPDX-License-Identifier: Apache-2.0
// lookalike-encoder: pictures in, embeddings out.
#include <memory>

#include "libs/rpc/program.h"
#include "services/encoder/encoder_service.h"
#include "services/encoder/make_encoder.h"
#include "services/encoder/options.h"
#include "services/main_function.h"
#include "services/server_options.h"

namespace lookalike {
namespace {

absl::Status Run(ServerOptions& server, const EncoderOptions& options) {
  if (absl::Status status = Finish(server); !status.ok()) return status;
  Metrics metrics;
  std::unique_ptr<Encoder> encoder;
  std::unique_ptr<EncoderService> service;
  return RunProgram({.name = "lookalike-encoder",
                     .grpc = server.grpc,
                     .http = server.http,
                     .metrics = &metrics,
                     .load = [&]() -> absl::StatusOr<std::vector<NamedService>> {
                       absl::StatusOr<std::unique_ptr<Encoder>> made = MakeEncoder(options, &metrics);
                       if (!made.ok()) return made.status();
                       encoder = *std::move(made);
                       service = std::make_unique<EncoderService>(encoder.get());
                       return std::vector<NamedService>{{v1::Encoder::service_full_name(), service.get()}};
                     },
                     .reach_backends = nullptr,
                     .on_listening = nullptr});
}

}  // namespace
}  // namespace lookalike

int main(int argc, char** argv) {
  CLI::App app("Turns pictures into embeddings over gRPC (lookalike.v1.Encoder).", "lookalike-encoder");
  lookalike::ServerOptions server;
  server.grpc.address = "127.0.0.1:7701";
  server.http.address = "127.0.0.1:7781";
  // Both lanes full of calls of one picture each, and room for those that are refused at once: gRPC's own refusals
  // would not say when to come again.
  server.grpc.max_concurrent_threads = 512;
  lookalike::EncoderOptions options;
  app.add_option("--model", options.model, "Model bundle to run: see `lookalike model create`")->required();
  lookalike::AddEncoderFlags(app, options);
  lookalike::AddEmbeddingCacheFlag(app, options);
  lookalike::AddServerFlags(app, server);
  return lookalike::RunMain(app, argc, argv, [&] { return lookalike::Run(server, options); });
}
