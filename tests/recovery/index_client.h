// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "lookalike/v1/index.grpc.pb.h"

namespace lookalike {

// Far above what any call takes: a call that meets it hangs, and that is a finding.
inline constexpr absl::Duration kCallPatience = absl::Seconds(60);

// Calls of lookalike.v1.Index. Thread-safe.
class IndexClient {
 public:
  using Stub = v1::Index::Stub;

  explicit IndexClient(std::shared_ptr<grpc::Channel> channel) : stub_(v1::Index::NewStub(std::move(channel))) {}

  // The answer, or the status that the server or gRPC gave.
  template <class Request, class Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kCallPatience));
    Response response;
    const grpc::Status status = ((*stub_).*method)(&context, request, &response);
    if (status.ok()) return response;
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  }

 private:
  std::unique_ptr<Stub> stub_;
};

// A channel of its own to "host:port".
std::shared_ptr<grpc::Channel> ConnectTo(const std::string& address);

// Whether a call came to nothing because its server is gone, rather than because it was refused.
inline bool ServerGone(const absl::Status& status) { return absl::IsUnavailable(status) || absl::IsCancelled(status); }

}  // namespace lookalike
