// SPDX-License-Identifier: Apache-2.0
#include "services/cli/connection.h"

#include "absl/strings/str_cat.h"

#include "libs/rpc/channel.h"
#include "libs/rpc/status.h"

namespace lookalike {

void Connection::AddFlags(CLI::App& app) {
  app.add_option("--server", server_, "Address of lookalike serve, or of lookalike-search")->capture_default_str();
  app.add_option("--timeout", timeout_seconds_, "Seconds that one call may take")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 86'400.0));
}

void Connection::AddMinSequence(CLI::App& app, uint64_t& min_sequence) {
  app.add_option("--min-sequence", min_sequence,
                 "Wait, within --timeout, until the collection has come to this write: what a write answered as its "
                 "sequence");
}

absl::Status Connection::Open() {
  ChannelOptions options;
  options.service = v1::VisualSearch::service_full_name();
  options.idempotent_methods = {"Search", "Get", "List", "GetCollection", "ListCollections"};
  absl::StatusOr<std::shared_ptr<grpc::Channel>> channel = Connect(server_, options);
  if (!channel.ok()) return channel.status();
  stub_ = v1::VisualSearch::NewStub(*channel);
  return absl::OkStatus();
}

absl::Status Connection::Explain(const grpc::Status& status) const {
  const absl::Status converted = FromGrpcStatus(status);
  if (!absl::IsUnavailable(converted)) return converted;
  return absl::UnavailableError(absl::StrCat("the server at ", server_, ", or one behind it, cannot be reached: ",
                                             converted.message(), ". `lookalike serve --data-dir DIR` starts one"));
}

}  // namespace lookalike
