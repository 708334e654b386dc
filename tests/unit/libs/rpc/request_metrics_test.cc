// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/request_metrics.h"

#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include "tests/unit/libs/rpc/echo_server.h"

namespace lookalike {
namespace {

using testing::HasSubstr;
using testing::Not;

grpc::Status CallMethod(const std::shared_ptr<grpc::Channel>& channel, const std::string& method) {
  grpc::TemplatedGenericStub<test::Text, test::Text> stub(channel);
  grpc::ClientContext context;
  test::Text request, reply;
  std::promise<grpc::Status> ended;
  stub.UnaryCall(&context, method, {}, &request, &reply, [&](grpc::Status status) { ended.set_value(status); });
  return ended.get_future().get();
}

// Draining waits for the calls' interceptors, which end a little after the client has its answer.
std::string MetricsAfterDrain(EchoServer& echo) {
  echo.server->Drain();
  return echo.metrics.Render();
}

TEST(RequestMetricsTest, CountsByMethodAndCode) {
  EchoServer echo([](grpc::ServerContext&, std::string& text) {
    return text == "bad" ? grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "bad") : grpc::Status::OK;
  });
  const auto channel = ConnectToEcho(echo.address());
  for (const char* text : {"good", "bad", "good"}) Say(*channel, text);
  const std::string text = MetricsAfterDrain(echo);
  const std::string total = "lookalike_grpc_requests_total{code=\"";
  EXPECT_THAT(text, HasSubstr(total + "OK\",method=\"lookalike.test.Echo/Say\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(total + "INVALID_ARGUMENT\",method=\"lookalike.test.Echo/Say\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("lookalike_grpc_request_seconds_count{method=\"lookalike.test.Echo/Say\"} 3\n"));
}

TEST(RequestMetricsTest, ShowsCallsInFlight) {
  std::promise<void> arrived, released;
  EchoServer echo([&](grpc::ServerContext&, std::string&) {
    arrived.set_value();
    released.get_future().wait();
    return grpc::Status::OK;
  });
  const auto channel = ConnectToEcho(echo.address());
  std::thread caller([&] { EXPECT_TRUE(Say(*channel, "wait").ok()); });
  arrived.get_future().wait();
  const std::string in_flight = "lookalike_grpc_requests_in_flight{method=\"lookalike.test.Echo/Say\"} ";
  EXPECT_THAT(echo.metrics.Render(), HasSubstr(in_flight + "1\n"));
  released.set_value();
  caller.join();
  EXPECT_THAT(MetricsAfterDrain(echo), HasSubstr(in_flight + "0\n"));
}

TEST(RequestMetricsTest, MethodsThatDoNotExistMakeNoSeriesOfTheirOwn) {
  EchoServer echo;
  const auto channel = ConnectToEcho(echo.address());
  for (const char* method : {"/made.Up/One", "/made.Up/Two", "/lookalike.test.Echo/Three", "/", "/a/b/c"}) {
    EXPECT_EQ(CallMethod(channel, method).error_code(), grpc::StatusCode::UNIMPLEMENTED) << method;
  }
  const std::string text = MetricsAfterDrain(echo);
  EXPECT_THAT(text, Not(HasSubstr("made.Up")));
  EXPECT_THAT(text, HasSubstr("{code=\"UNIMPLEMENTED\",method=\"unknown\"} 5\n"));
}

}  // namespace
}  // namespace lookalike
