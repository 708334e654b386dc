// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "libs/rpc/index_client.h"

namespace lookalike {

// The connection of a subcommand that speaks to the index itself (lookalike.v1.Index), which `lookalike serve` offers
// beside the others and `lookalike-index` alone.
class IndexConnection {
 public:
  // Adds --index and --timeout to `app`.
  void AddFlags(CLI::App& app);

  // To be called once, after parsing. InvalidArgument for a malformed address; an index that is not there shows at the
  // first call.
  absl::Status Open();

  IndexClient& client() { return *client_; }
  // Of a call that begins now.
  absl::Time deadline() const;
  // The error of a call, naming the address where that cannot be reached.
  absl::Status Explain(const absl::Status& status) const;

 private:
  std::string address_ = "127.0.0.1:7700";
  double timeout_seconds_ = 3600;
  std::unique_ptr<IndexClient> client_;
};

}  // namespace lookalike
