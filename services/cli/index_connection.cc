// SPDX-License-Identifier: Apache-2.0
#include "services/cli/index_connection.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace lookalike {

void IndexConnection::AddFlags(CLI::App& app) {
  app.add_option("--index", address_, "Address of lookalike serve, or of lookalike-index")->capture_default_str();
  app.add_option("--timeout", timeout_seconds_, "Seconds that the index may take for one call")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 604'800.0));
}

absl::Status IndexConnection::Open() {
  absl::StatusOr<std::shared_ptr<grpc::Channel>> channel = Connect(address_, IndexClient::Channel());
  if (!channel.ok()) return channel.status();
  client_ = std::make_unique<IndexClient>(*channel);
  return absl::OkStatus();
}

absl::Time IndexConnection::deadline() const { return absl::Now() + absl::Seconds(timeout_seconds_); }

absl::Status IndexConnection::Explain(const absl::Status& status) const {
  if (!absl::IsUnavailable(status)) return status;
  return absl::UnavailableError(absl::StrCat("there is no index at ", address_, " now: ", status.message(),
                                             ". --index takes the address of lookalike serve or of lookalike-index"));
}

}  // namespace lookalike
