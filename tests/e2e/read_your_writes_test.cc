// SPDX-License-Identifier: Apache-2.0
// Reads that name the write which they must have seen, in one process and through the three services.
#include <future>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/client.h"
#include "tests/e2e/files.h"
#include "tests/e2e/servers.h"

namespace lookalike {
namespace {

using grpc::StatusCode;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

// Reads of one process that wait at one time (docs/operations.md).
constexpr int kMostWaiters = 64;

class ReadYourWritesTest : public testing::TestWithParam<const char*> {
 protected:
  static void SetUpTestSuite() {
    data_ = std::make_unique<TemporaryFolder>();
    together_ = Serve(*data_ / "together", StarterModel());
    split_ = std::make_unique<SplitDeployment>(*data_ / "split", StarterModel(), 1);
  }
  static void TearDownTestSuite() {
    split_.reset();
    together_.reset();
    data_.reset();
  }

  // Each test has a collection of its own.
  void SetUp() override {
    collection_ = testing::UnitTest::GetInstance()->current_test_info()->name();
    for (char& c : collection_) c = c == '/' ? '-' : c;
    ASSERT_THAT(client_.CreateCollection(collection_, 2), Succeeded());
  }

  static bool IsSplit() { return GetParam() == std::string("split"); }
  static const Server& Front() { return IsSplit() ? *split_->search : *together_; }
  // Where reads wait.
  static const Server& Index() { return IsSplit() ? *split_->index : *together_; }
  static bool AwaitWaiters(int count) {
    return Eventually([&] { return Metric(Index(), "lookalike_sequence_waiters") == count; });
  }

  // The sequence number of the write.
  uint64_t Write(const std::string& id, const std::vector<float>& direction) {
    const auto written = client_.Upsert(collection_, ItemOfEmbedding(id, direction));
    EXPECT_THAT(written, Succeeded());
    return written.response.sequence();
  }

  v1::SearchRequest SearchAfter(uint64_t min_sequence, const std::vector<float>& direction = {1, 0}) const {
    v1::SearchRequest request = LikeEmbedding(collection_, direction, 1);
    request.set_min_sequence(min_sequence);
    return request;
  }
  v1::GetRequest GetAfter(uint64_t min_sequence, const std::string& id) const {
    v1::GetRequest request;
    request.set_collection(collection_);
    request.add_ids(id);
    request.set_min_sequence(min_sequence);
    return request;
  }
  v1::ListRequest ListAfter(uint64_t min_sequence) const {
    v1::ListRequest request;
    request.set_collection(collection_);
    request.set_min_sequence(min_sequence);
    return request;
  }

  static inline std::unique_ptr<TemporaryFolder> data_;
  static inline std::unique_ptr<Server> together_;
  static inline std::unique_ptr<SplitDeployment> split_;
  Client client_{Front().grpc_address()};
  std::string collection_;
};

INSTANTIATE_TEST_SUITE_P(Deployments, ReadYourWritesTest, testing::Values("together", "split"),
                         [](const auto& deployment) { return std::string(deployment.param); });

TEST_P(ReadYourWritesTest, EveryReadSeesTheWriteThatItNamesAtOnce) {
  for (int i = 0; i < 30; ++i) {
    const std::string id = std::to_string(i);
    const std::vector<float> direction = {1, static_cast<float>(i)};
    const uint64_t sequence = Write(id, direction);
    const auto found = client_.Search(SearchAfter(sequence, direction));
    ASSERT_THAT(found, Succeeded());
    EXPECT_EQ(IdsOf(found.response).at(0), id);
    EXPECT_EQ(client_.Call(&Client::Stub::Get, GetAfter(sequence, id)).response.items_size(), 1);
    EXPECT_EQ(client_.Call(&Client::Stub::List, ListAfter(sequence)).response.items_size(), i + 1);
  }
}

TEST_P(ReadYourWritesTest, AReadOfTheFutureEndsAtItsDeadlineWithBothNumbers) {
  Write("first", {1, 0});
  const auto late =
      Failed(StatusCode::DEADLINE_EXCEEDED, AllOf(StartsWith("min_sequence: "), HasSubstr(" 1 "), HasSubstr(" 99 ")));
  const std::chrono::milliseconds soon(200);
  EXPECT_THAT(client_.Call(&Client::Stub::Search, SearchAfter(99), soon), late);
  EXPECT_THAT(client_.Call(&Client::Stub::Get, GetAfter(99, "first"), soon), late);
  EXPECT_THAT(client_.Call(&Client::Stub::List, ListAfter(99), soon), late);
}

TEST_P(ReadYourWritesTest, ALaterWriteReleasesAReadThatWaits) {
  auto reader = std::async(std::launch::async, [&] { return client_.Search(SearchAfter(2)); });
  ASSERT_TRUE(AwaitWaiters(1));
  Write("behind", {-1, 0});
  EXPECT_EQ(reader.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout) << "one write too early";
  Write("ahead", {1, 0});
  const auto found = reader.get();
  ASSERT_THAT(found, Succeeded());
  EXPECT_EQ(IdsOf(found.response).at(0), "ahead");
}

TEST_P(ReadYourWritesTest, ReadsThatWaitLeaveRoomForTheOthers) {
  constexpr int kReaders = kMostWaiters + 20;
  std::vector<std::future<Answer<v1::GetResponse>>> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.push_back(
        std::async(std::launch::async, [&] { return client_.Call(&Client::Stub::Get, GetAfter(1, "awaited")); }));
  }
  ASSERT_TRUE(AwaitWaiters(kMostWaiters));
  EXPECT_THAT(client_.Search(SearchAfter(0)), Succeeded()) << "there is no thread left for whoever does not wait";
  Write("awaited", {1, 0});
  int served = 0;
  for (auto& reader : readers) {
    const auto answer = reader.get();
    served += answer.status.ok();
    if (!answer.status.ok()) {
      EXPECT_THAT(answer, Failed(StatusCode::RESOURCE_EXHAUSTED, StartsWith("min_sequence: ")));
    }
  }
  EXPECT_GE(served, kMostWaiters);
}

TEST_P(ReadYourWritesTest, AReadWhoseCallerWentAwayWaitsNoLonger) {
  grpc::ClientContext context;
  auto reader = std::async(std::launch::async, [&] {
    v1::SearchResponse response;
    return client_.stub().Search(&context, SearchAfter(99), &response);
  });
  ASSERT_TRUE(AwaitWaiters(1));
  context.TryCancel();
  EXPECT_EQ(reader.get().error_code(), StatusCode::CANCELLED);
  EXPECT_TRUE(AwaitWaiters(0));
}

TEST_P(ReadYourWritesTest, DeletingTheCollectionReleasesAReadWithNotFound) {
  auto reader = std::async(std::launch::async, [&] { return client_.Search(SearchAfter(99)); });
  ASSERT_TRUE(AwaitWaiters(1));
  v1::DeleteCollectionRequest request;
  request.set_name(collection_);
  ASSERT_THAT(client_.Call(&Client::Stub::DeleteCollection, request), Succeeded());
  EXPECT_THAT(reader.get(), Failed(StatusCode::NOT_FOUND, StartsWith("collection: ")));
}

TEST_P(ReadYourWritesTest, TheCommandLineWaitsToo) {
  const std::string sequence = std::to_string(Write("boot", {1, 0}));
  const Flags flags = {"--server", Front().grpc_address(), "--collection", collection_, "--min-sequence"};
  const auto run = [&](const std::string& command, const Flags& more) {
    Flags line = {command};
    line.insert(line.end(), flags.begin(), flags.end());
    line.insert(line.end(), more.begin(), more.end());
    return Lookalike(line);
  };
  EXPECT_EQ(run("get", {sequence, "boot"}).exit_code, 0);
  EXPECT_EQ(run("search", {sequence, "--id", "boot"}).exit_code, 0);
  const Ended late = run("get", {"99", "--timeout", "0.5", "boot"});
  EXPECT_EQ(late.exit_code, 1);
  EXPECT_THAT(late.errors, AllOf(HasSubstr("min_sequence: "), HasSubstr(" 99 ")));
}

}  // namespace
}  // namespace lookalike
