// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/servers.h"

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <utility>

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <httplib.h>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "health.grpc.pb.h"

#include "tests/e2e/files.h"

namespace lookalike {
namespace {

Flags CommandLine(const std::string& program, Flags flags, const std::string& grpc_address) {
  Flags line = {ProgramPath(program)};
  // The subcommand's flags stand behind its name.
  if (program == "lookalike") line.emplace_back("serve");
  line.insert(line.end(), {"--grpc-address", grpc_address, "--http-address", "127.0.0.1:0"});
  line.insert(line.end(), flags.begin(), flags.end());
  return line;
}

grpc::health::v1::HealthCheckRequest HealthRequest(absl::string_view service) {
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(std::string(service));
  return request;
}

std::unique_ptr<grpc::health::v1::Health::Stub> HealthStub(const std::string& address) {
  return grpc::health::v1::Health::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
}

void RequireServing(const Server& server, absl::string_view service) {
  if (!server.WaitForHealth(service, Health::SERVING)) throw std::runtime_error("a server is not SERVING");
}

}  // namespace

Ended Lookalike(Flags arguments) {
  arguments.insert(arguments.begin(), ProgramPath("lookalike"));
  return RunToEnd(std::move(arguments));
}

const std::string& StarterModel() {
  static const TemporaryFolder folder;
  static const std::string path = [] {
    std::string made = folder / "starter.pt";
    const Ended create = Lookalike({"model", "create", "--weights", "models/starter-vgg16-gap.safetensors",
                                    "--preprocessing", "starter", "--input-size", "64", "--output", made});
    if (create.exit_code != 0) throw std::runtime_error("no starter model: " + create.errors);
    return made;
  }();
  return path;
}

Server::Server(const std::string& program, Flags flags, const std::string& grpc_address)
    : process_(CommandLine(program, std::move(flags), grpc_address)) {
  // `serve` tells whoever started it on standard output; the others have their log only.
  const std::optional<std::string> line =
      program == "lookalike" ? process_.WaitForOutput("listening grpc=") : process_.WaitForError(" listening program=");
  if (!line) throw std::runtime_error(program + " does not listen: " + process_.errors());
  grpc_address_ = FieldOfLine(*line, "grpc");
  http_address_ = FieldOfLine(*line, "http");
}

Health::ServingStatus Server::HealthOf(absl::string_view service) const {
  grpc::ClientContext context;
  Health response;
  const grpc::Status status = HealthStub(grpc_address_)->Check(&context, HealthRequest(service), &response);
  return status.ok() ? response.status() : Health::SERVICE_UNKNOWN;
}

bool Server::WaitForHealth(absl::string_view service, Health::ServingStatus status) const {
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
  const auto stub = HealthStub(grpc_address_);
  const auto stream = stub->Watch(&context, HealthRequest(service));
  for (Health response; stream->Read(&response);) {
    if (response.status() == status) {
      context.TryCancel();
      return true;
    }
  }
  return false;
}

int Server::Stop() {
  process_.Signal(SIGTERM);
  return process_.Wait();
}

void Server::Kill() {
  process_.Signal(SIGKILL);
  process_.Wait();
}

std::unique_ptr<Server> Serve(const std::string& data_dir, const std::string& model, Flags flags) {
  flags.insert(flags.end(), {"--data-dir", data_dir, "--model", model});
  auto server = std::make_unique<Server>("lookalike", std::move(flags));
  RequireServing(*server, v1::VisualSearch::service_full_name());
  return server;
}

SplitDeployment::SplitDeployment(const std::string& data_dir, const std::string& model, int encoder_count) {
  index = std::make_unique<Server>("lookalike-index", Flags{"--data-dir", data_dir});
  std::vector<std::string> addresses;
  for (int i = 0; i < encoder_count; ++i) {
    encoders.push_back(
        std::make_unique<Server>("lookalike-encoder", Flags{"--model", model, "--encoder-workers", "1"}));
    addresses.push_back(encoders.back()->grpc_address());
  }
  search = std::make_unique<Server>(
      "lookalike-search", Flags{"--index", index->grpc_address(), "--encoder", absl::StrJoin(addresses, ",")});
  RequireServing(*search, v1::VisualSearch::service_full_name());
}

Page Fetch(const Server& server, const std::string& path) {
  httplib::Client client("http://" + server.http_address());
  const httplib::Result result = client.Get(path.c_str());
  return result ? Page{result->status, result->body} : Page{0, httplib::to_string(result.error())};
}

double Metric(const Server& server, const std::string& series) {
  for (const absl::string_view line : absl::StrSplit(Fetch(server, "/metrics").body, '\n')) {
    absl::string_view value = line;
    double number = 0;
    if (absl::ConsumePrefix(&value, series + " ") && absl::SimpleAtod(value, &number)) return number;
  }
  return -1;
}

}  // namespace lookalike
