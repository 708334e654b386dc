// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/server_runner.h"

#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include "health.grpc.pb.h"

#include "tests/unit/libs/rpc/echo_server.h"

namespace lookalike {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using testing::HasSubstr;

std::unique_ptr<Health::Stub> HealthOf(const EchoServer& echo) {
  return Health::NewStub(grpc::CreateChannel(echo.address(), grpc::InsecureChannelCredentials()));
}

HealthCheckResponse::ServingStatus Check(Health::Stub& health, const std::string& service) {
  grpc::ClientContext context;
  HealthCheckRequest request;
  HealthCheckResponse response;
  request.set_service(service);
  const grpc::Status status = health.Check(&context, request, &response);
  return status.ok() ? response.status() : HealthCheckResponse::SERVICE_UNKNOWN;
}

absl::Status RefusalOf(const GrpcServer::Options& options) {
  Metrics metrics;
  return GrpcServer::Create(options, {}, &metrics).status();
}

// A call that is in its handler until it is let go on.
class HeldCall {
 public:
  explicit HeldCall(GrpcServer::Options options = OnAnyPort())
      : echo_(
            [this](grpc::ServerContext& context, std::string&) {
              arrived_.set_value();
              released_.get_future().wait();
              cancelled_ = context.IsCancelled();
              return grpc::Status::OK;
            },
            options),
        channel_(ConnectToEcho(echo_.address())),
        status_(std::async(std::launch::async, [this] { return Say(*channel_, "held"); })) {
    arrived_.get_future().wait();
  }
  EchoServer& echo() { return echo_; }
  void Release() { released_.set_value(); }
  grpc::Status Status() { return status_.get(); }
  bool WasCancelled() const { return cancelled_; }

 private:
  std::promise<void> arrived_, released_;
  std::atomic<bool> cancelled_ = false;
  EchoServer echo_;
  const std::shared_ptr<grpc::Channel> channel_;
  std::future<grpc::Status> status_;
};

TEST(GrpcServerTest, AnswersOnAPortThatItPicks) {
  EchoServer echo;
  EXPECT_GT(echo.server->port(), 0);
  std::string reply;
  EXPECT_TRUE(Say(*ConnectToEcho(echo.address()), "hello", &reply).ok());
  EXPECT_EQ(reply, "hello");
}

TEST(GrpcServerTest, TellsTheHealthOfEachServiceAndOfTheWhole) {
  EchoServer echo;
  const auto health = HealthOf(echo);
  EXPECT_EQ(Check(*health, kEchoName), HealthCheckResponse::SERVING);
  EXPECT_EQ(Check(*health, ""), HealthCheckResponse::SERVING);
  EXPECT_EQ(Check(*health, "lookalike.test.Other"), HealthCheckResponse::SERVICE_UNKNOWN);

  echo.server->SetServing("lookalike.test.Other", false);
  EXPECT_EQ(Check(*health, "lookalike.test.Other"), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Check(*health, kEchoName), HealthCheckResponse::SERVING);
  EXPECT_EQ(Check(*health, ""), HealthCheckResponse::NOT_SERVING) << "one of two services is not ready";
}

TEST(GrpcServerTest, IsNotServingBeforeItIsToldSo) {
  Metrics metrics;
  const auto server = GrpcServer::Create(OnAnyPort(), {}, &metrics).value();
  const auto health = Health::NewStub(
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", server->port()), grpc::InsecureChannelCredentials()));
  EXPECT_EQ(Check(*health, ""), HealthCheckResponse::NOT_SERVING);
}

TEST(GrpcServerTest, TellsWatchersWhenItDrainsAndLetsACallFinish) {
  HeldCall call;
  const auto health = HealthOf(call.echo());
  grpc::ClientContext context;
  HealthCheckRequest request;
  HealthCheckResponse response;
  request.set_service(kEchoName);
  const auto watch = health->Watch(&context, request);
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);

  std::thread drain([&] { call.echo().server->Drain(); });
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  context.TryCancel();
  call.Release();
  drain.join();
  EXPECT_TRUE(call.Status().ok());
  EXPECT_FALSE(call.WasCancelled());
}

TEST(GrpcServerTest, CancelsWhatOutlastsTheDrain) {
  GrpcServer::Options options = OnAnyPort();
  options.drain_timeout = absl::ZeroDuration();
  HeldCall call(options);
  std::thread drain([&] { call.echo().server->Drain(); });
  EXPECT_FALSE(call.Status().ok());
  call.Release();
  drain.join();
  EXPECT_TRUE(call.WasCancelled());
}

TEST(GrpcServerTest, RefusesCallsAfterItHasDrained) {
  EchoServer echo;
  echo.server->Drain();
  echo.server->Drain();
  EXPECT_EQ(Say(*ConnectToEcho(echo.address()), "late").error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(GrpcServerTest, AnswersAMessageThatIsTooLargeWithResourceExhausted) {
  GrpcServer::Options options = OnAnyPort();
  options.max_receive_message_bytes = 1000;
  EchoServer echo(Answer, options);
  const auto channel = ConnectToEcho(echo.address());
  EXPECT_TRUE(Say(*channel, std::string(900, 'x')).ok());
  EXPECT_EQ(Say(*channel, std::string(1001, 'x')).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST(GrpcServerTest, TakesMessagesFarAboveGrpcsOwnLimit) {
  EchoServer echo;
  const std::string text(20 << 20, 'x');
  std::string reply;
  EXPECT_TRUE(Say(*ConnectToEcho(echo.address()), text, &reply).ok());
  EXPECT_EQ(reply.size(), text.size());
}

TEST(GrpcServerTest, RefusesAPortThatIsTaken) {
  EchoServer echo;
  GrpcServer::Options options;
  options.address = echo.address();
  const absl::Status status = RefusalOf(options);
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(status.message(), absl::StrCat("address ", echo.address(), " is in use by another program"));
}

TEST(GrpcServerTest, RefusesToListenWhereItCannotOrMustNot) {
  GrpcServer::Options options;
  options.address = "0.0.0.0:0";
  EXPECT_THAT(std::string(RefusalOf(options).message()), HasSubstr("0.0.0.0:0 can be reached from other machines"));
  options.address = "7700";
  EXPECT_THAT(std::string(RefusalOf(options).message()), HasSubstr("address \"7700\" has no port"));
  options.address = "192.0.2.1:7700";
  options.insecure_ok = true;
  EXPECT_THAT(std::string(RefusalOf(options).message()), HasSubstr("not an address of this machine"));
}

TEST(GrpcServerTest, ListensForOtherMachinesWhenTold) {
  GrpcServer::Options options;
  options.address = "0.0.0.0:0";
  options.insecure_ok = true;
  EchoServer echo(Answer, options);
  EXPECT_TRUE(Say(*ConnectToEcho(echo.address()), "hello").ok());
}

}  // namespace
}  // namespace lookalike
