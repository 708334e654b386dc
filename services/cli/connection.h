// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "lookalike/v1/search.grpc.pb.h"

#include "libs/rpc/deadline.h"

namespace lookalike {

// A subcommand's connection to the server: its flags, and calls of lookalike.v1.VisualSearch.
class Connection {
 public:
  using Stub = v1::VisualSearch::Stub;

  // Adds --server and --timeout to `app`.
  void AddFlags(CLI::App& app);
  // Adds --min-sequence, of a command that reads.
  static void AddMinSequence(CLI::App& app, uint64_t& min_sequence);

  // To be called once, after parsing. InvalidArgument for a malformed address; a server that is not there shows at the
  // first call.
  absl::Status Open();

  // One call. Its error names the server where that cannot be reached.
  template <class Request, class Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request) {
    grpc::ClientContext context;
    SetDeadline(context, absl::Now() + absl::Seconds(timeout_seconds_));
    Response response;
    const absl::Status status = Explain((*stub_.*method)(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  }

  // For streams, which set their own deadlines.
  Stub& stub() { return *stub_; }
  absl::Status Explain(const grpc::Status& status) const;

 private:
  std::string server_ = "127.0.0.1:7700";
  double timeout_seconds_ = 30;
  std::unique_ptr<Stub> stub_;
};

}  // namespace lookalike
