// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "echo.grpc.pb.h"

#include "libs/rpc/channel.h"
#include "libs/rpc/server_runner.h"

namespace lookalike {

// Answers both methods with what `behaviour` makes of the text.
class EchoService final : public test::Echo::Service {
 public:
  using Behaviour = std::function<grpc::Status(grpc::ServerContext& context, std::string& text)>;

  explicit EchoService(Behaviour behaviour) : behaviour_(std::move(behaviour)) {}

  grpc::Status Say(grpc::ServerContext* context, const test::Text* request, test::Text* reply) override {
    *reply = *request;
    return behaviour_(*context, *reply->mutable_text());
  }
  grpc::Status SayOnce(grpc::ServerContext* context, const test::Text* request, test::Text* reply) override {
    return Say(context, request, reply);
  }

 private:
  const Behaviour behaviour_;
};

inline constexpr char kEchoName[] = "lookalike.test.Echo";

inline grpc::Status Answer(grpc::ServerContext&, std::string&) { return grpc::Status::OK; }

// Drains without notice, which most tests need not wait for.
inline GrpcServer::Options OnAnyPort() {
  GrpcServer::Options options;
  options.address = "127.0.0.1:0";
  options.drain_notice = absl::ZeroDuration();
  return options;
}

// A server of one EchoService, serving.
struct EchoServer {
  explicit EchoServer(EchoService::Behaviour behaviour = Answer, GrpcServer::Options options = OnAnyPort())
      : service(std::move(behaviour)) {
    grpc::Service* const services[] = {&service};
    server = GrpcServer::Create(options, services, &metrics).value();
    server->SetServing(kEchoName, true);
  }
  std::string address() const { return absl::StrCat("127.0.0.1:", server->port()); }

  Metrics metrics;
  EchoService service;
  std::unique_ptr<GrpcServer> server;
};

inline std::shared_ptr<grpc::Channel> ConnectToEcho(const std::string& target) {
  return Connect(target, {.service = kEchoName, .idempotent_methods = {"Say"}}).value();
}

inline grpc::Status Say(grpc::Channel& channel, const std::string& text, std::string* reply = nullptr) {
  grpc::ClientContext context;
  test::Text request, response;
  request.set_text(text);
  const auto stub = test::Echo::NewStub(std::shared_ptr<grpc::Channel>(std::shared_ptr<void>(), &channel));
  const grpc::Status status = stub->Say(&context, request, &response);
  if (reply != nullptr) *reply = response.text();
  return status;
}

}  // namespace lookalike
