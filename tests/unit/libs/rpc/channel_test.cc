// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/channel.h"

#include <atomic>
#include <cstdio>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "absl/time/clock.h"

#include "tests/unit/libs/rpc/echo_server.h"

namespace lookalike {
namespace {

using testing::HasSubstr;

std::string RefusalOf(absl::string_view target) {
  const auto channel = Connect(target, {.service = kEchoName});
  EXPECT_EQ(channel.status().code(), absl::StatusCode::kInvalidArgument) << target;
  EXPECT_THAT(std::string(channel.status().message()), HasSubstr(absl::StrCat("target \"", target, "\"")));
  return std::string(channel.status().message());
}

// A server that answers its first `failures` calls with `code`, and counts.
struct UnsureServer {
  UnsureServer(int failures, grpc::StatusCode code)
      : echo([this, failures, code](grpc::ServerContext&, std::string&) {
          return ++calls <= failures ? grpc::Status(code, "not now") : grpc::Status::OK;
        }) {}
  std::atomic<int> calls = 0;
  EchoServer echo;
};

// A server in a process of its own, which can be killed.
class OtherProcess {
 public:
  OtherProcess() : output_(popen("exec " ECHO_SERVER_PROGRAM, "r")) {
    if (fscanf(output_, "%d %d", &pid_, &port_) != 2) ADD_FAILURE() << "no process and port from " ECHO_SERVER_PROGRAM;
  }
  ~OtherProcess() {
    Kill();
    pclose(output_);
  }
  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }
  void Kill() {
    if (pid_ > 0) kill(std::exchange(pid_, 0), SIGKILL);
  }

 private:
  FILE* const output_;
  int pid_ = 0, port_ = 0;
};

// Goes up, and can be waited for.
class Count {
 public:
  void Add() {
    value_.fetch_add(1);
    value_.notify_all();
  }
  int Value() const { return value_; }
  void WaitForMore(int calls) {
    const int wanted = value_ + calls;
    for (int seen = value_; seen < wanted; seen = value_) value_.wait(seen);
  }

 private:
  std::atomic<int> value_ = 0;
};

// Callers that call `stays_` and another server until told to stop, and accept no failure.
class ChannelLoadTest : public testing::Test {
 protected:
  ~ChannelLoadTest() override { StopCalling(); }

  void CallBothWith(const std::string& other_address) {
    const auto channel = ConnectToEcho(absl::StrCat(stays_.address(), ",", other_address));
    for (int i = 0; i < 4; ++i) {
      callers_.emplace_back([this, channel] {
        while (!stopped_) CallOnce(*channel);
      });
    }
  }

  void CallOnce(grpc::Channel& channel) {
    std::string reply;
    const grpc::Status status = Say(channel, "hello", &reply);
    if (!status.ok()) ADD_FAILURE() << status.error_code() << ": " << status.error_message();
    (reply == "stays" ? answered_here_ : answered_by_other_).Add();
  }

  void StopCalling() {
    stopped_ = true;
    for (std::thread& caller : callers_) caller.join();
    callers_.clear();
  }

  Count answered_here_, answered_by_other_;

 private:
  EchoServer stays_{[](grpc::ServerContext&, std::string& text) {
    text = "stays";
    return grpc::Status::OK;
  }};
  std::atomic<bool> stopped_ = false;
  std::vector<std::thread> callers_;
};

TEST_F(ChannelLoadTest, LosesNoCallWhenOneOfTwoServersDrains) {
  GrpcServer::Options options = OnAnyPort();
  options.drain_notice = GrpcServer::Options().drain_notice;
  EchoServer other(Answer, options);
  CallBothWith(other.address());
  answered_here_.WaitForMore(50);
  answered_by_other_.WaitForMore(50);
  other.server->Drain();
  answered_here_.WaitForMore(200);
  StopCalling();
}

TEST_F(ChannelLoadTest, LosesNoCallWhenOneOfTwoServersIsKilled) {
  OtherProcess other;
  CallBothWith(other.address());
  answered_here_.WaitForMore(50);
  answered_by_other_.WaitForMore(50);
  other.Kill();
  answered_here_.WaitForMore(200);
  StopCalling();
}

TEST_F(ChannelLoadTest, SendsNothingToAServerThatIsNotServing) {
  EchoServer other;
  other.server->SetServing(kEchoName, false);
  CallBothWith(other.address());
  answered_here_.WaitForMore(50);
  EXPECT_EQ(answered_by_other_.Value(), 0);
  other.server->SetServing(kEchoName, true);
  answered_by_other_.WaitForMore(50);
  StopCalling();
}

TEST(ChannelTest, FindsAServerThatComesBack) {
  auto echo = std::make_unique<EchoServer>();
  GrpcServer::Options same_port;
  same_port.address = echo->address();
  const auto channel = ConnectToEcho(echo->address());
  ASSERT_TRUE(Say(*channel, "hello").ok());
  echo.reset();
  EXPECT_EQ(Say(*channel, "hello").error_code(), grpc::StatusCode::UNAVAILABLE);
  echo = std::make_unique<EchoServer>(Answer, same_port);
  EXPECT_TRUE(channel->WaitForConnected(absl::ToChronoTime(absl::Now() + absl::Seconds(60))));
  EXPECT_TRUE(Say(*channel, "hello").ok());
}

TEST(ChannelTest, TriesAnIdempotentCallAgainWhateverItsSize) {
  UnsureServer server(3, grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(Say(*ConnectToEcho(server.echo.address()), std::string(5 << 20, 'x')).ok());
  EXPECT_EQ(server.calls, 4);
}

TEST(ChannelTest, GivesUpAfterTheFourthTry) {
  UnsureServer server(4, grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Say(*ConnectToEcho(server.echo.address()), "x").error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(server.calls, 4);
}

TEST(ChannelTest, DoesNotPressAServerThatIsOverloaded) {
  UnsureServer server(1, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(Say(*ConnectToEcho(server.echo.address()), "x").error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(server.calls, 1);
}

TEST(ChannelTest, TriesACallThatIsNotIdempotentOnce) {
  UnsureServer server(1, grpc::StatusCode::UNAVAILABLE);
  const auto stub = test::Echo::NewStub(ConnectToEcho(server.echo.address()));
  grpc::ClientContext context;
  test::Text request, reply;
  EXPECT_EQ(stub->SayOnce(&context, request, &reply).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(server.calls, 1);
}

TEST(ChannelTest, ReachesAServerByEachKindOfTarget) {
  EchoServer echo;
  const int port = echo.server->port();
  for (const std::string& target :
       {absl::StrCat("127.0.0.1:", port), absl::StrCat("localhost:", port), absl::StrCat("dns:///localhost:", port),
        absl::StrCat("localhost:", port, ",127.0.0.1:", port)}) {
    EXPECT_TRUE(Say(*ConnectToEcho(target), "hello").ok()) << target;
  }
}

TEST(ChannelTest, RefusesTargetsAndSaysWhatIsWrong) {
  EXPECT_THAT(RefusalOf(""), HasSubstr("has no port"));
  EXPECT_THAT(RefusalOf("encoder"), HasSubstr("has no port"));
  EXPECT_THAT(RefusalOf("encoder:0"), HasSubstr("port 0 cannot be called"));
  EXPECT_THAT(RefusalOf("10.0.0.1:1,10.0.0.2:0"), HasSubstr("10.0.0.2:0: port 0 cannot be called"));
  EXPECT_THAT(RefusalOf("unix:/run/encoder"), HasSubstr("no port from 0 to 65535"));
  EXPECT_THAT(RefusalOf("10.0.0.1:1,"), HasSubstr("address \"\" has no port"));
  EXPECT_THAT(RefusalOf("10.0.0.1:1,encoder:2"), HasSubstr("encoder is a name: give one name for all servers"));
  EXPECT_THAT(RefusalOf("10.0.0.1:1,[fd00::1]:2"), HasSubstr("not both"));
}

}  // namespace
}  // namespace lookalike
