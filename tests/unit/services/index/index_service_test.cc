// SPDX-License-Identifier: Apache-2.0
// lookalike.v1.Index on a real socket, spoken to by its own client.
#include "services/index/index_service.h"

#include <filesystem>
#include <future>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "libs/catalog/sequence_gate.h"
#include "libs/rpc/index_client.h"
#include "libs/rpc/server_runner.h"

namespace lookalike {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class IndexServiceTest : public testing::Test {
 protected:
  IndexServiceTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lookalike-index-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    Catalog::Options options;
    options.data_directory = directory_;
    catalog_ = Catalog::Open(options).value();
    service_ = std::make_unique<IndexService>(catalog_.get());
    GrpcServer::Options server;
    server.address = "127.0.0.1:0";
    server.drain_notice = absl::ZeroDuration();
    server.drain_timeout = absl::ZeroDuration();
    grpc::Service* const services[] = {service_.get()};
    server_ = GrpcServer::Create(server, services, &metrics_).value();
    server_->SetServing(v1::Index::service_full_name(), true);
    const std::string address = absl::StrCat("127.0.0.1:", server_->port());
    client_ = std::make_unique<IndexClient>(Connect(address, IndexClient::Channel()).value());
    EXPECT_TRUE(client_->CreateCollection({"shop", 2, ""}, absl::InfiniteFuture()).ok());
  }
  ~IndexServiceTest() override {
    server_.reset();
    catalog_.reset();
    std::filesystem::remove_all(directory_);
  }

  // The sequence number of the write.
  uint64_t Put(const std::string& id, Embedding embedding) {
    std::vector<Item> items(1);
    items[0].id = id;
    items[0].images.emplace_back().embedding = std::move(embedding);
    return client_->Upsert("shop", "", std::move(items), absl::InfiniteFuture()).value().sequence;
  }

  absl::Status Find(uint64_t min_sequence, absl::Time deadline) {
    const std::vector<Embedding> queries = {{1, 0}};
    StoreQuery query;
    query.embeddings = queries;
    query.min_sequence = min_sequence;
    return client_->Search("shop", query, deadline).status();
  }

  static void AwaitWaiters(int count) {
    while (SequenceGate::Waiting() != count) absl::SleepFor(absl::Milliseconds(1));
  }

  std::string directory_;
  Metrics metrics_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<IndexService> service_;
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<IndexClient> client_;
};

TEST_F(IndexServiceTest, AReadSeesTheWriteThatItNames) {
  for (int i = 0; i < 20; ++i) {
    const std::string id = std::to_string(i);
    const uint64_t sequence = Put(id, {1, static_cast<float>(i)});
    EXPECT_TRUE(Find(sequence, absl::Now() + absl::Minutes(1)).ok());
    EXPECT_TRUE(client_->List("shop", {.min_sequence = sequence}, absl::InfiniteFuture()).ok());
    EXPECT_TRUE((*client_->Get("shop", std::vector{id}, {.min_sequence = sequence}, absl::InfiniteFuture()))[0].ok());
  }
}

TEST_F(IndexServiceTest, ALaterWriteReleasesAReadThatWaits) {
  auto reader = std::async(std::launch::async, [&] { return Find(1, absl::Now() + absl::Minutes(1)); });
  AwaitWaiters(1);
  Put("boot", {1, 0});
  EXPECT_EQ(reader.get(), absl::OkStatus());
}

TEST_F(IndexServiceTest, AReadOfTheFutureEndsWithBothNumbersBeforeItsCallerGivesUp) {
  Put("boot", {1, 0});
  const absl::Status late = Find(42, absl::Now() + absl::Milliseconds(800));
  EXPECT_EQ(late.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(late.message()), AllOf(StartsWith("min_sequence: "), HasSubstr("at 1 "), HasSubstr("42")));
}

// Its deadline is far away: only the cancellation can end it.
TEST_F(IndexServiceTest, AServerThatEndsDoesNotWaitForAReadThatWaits) {
  auto reader = std::async(std::launch::async, [&] { return Find(42, absl::Now() + absl::Hours(1)); });
  AwaitWaiters(1);
  server_->Drain();
  EXPECT_FALSE(reader.get().ok());
  AwaitWaiters(0);
}

TEST_F(IndexServiceTest, AHealthyCollectionPassesItsAudit) {
  for (int i = 0; i < 50; ++i) Put(std::to_string(i), {1, static_cast<float>(i)});
  const absl::StatusOr<AuditReport> report = client_->Audit("shop", /*repair=*/false, absl::InfiniteFuture());
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->stored, 50);
  EXPECT_EQ(report->indexed, 50);
  EXPECT_EQ(report->unreachable + report->missing + report->phantom, 0);
  EXPECT_TRUE(report->examples.empty());
  EXPECT_EQ(client_->Audit("nowhere", false, absl::InfiniteFuture()).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(IndexServiceTest, ABackupComesInPiecesOfOneMiBAtMost) {
  for (int i = 0; i < 50; ++i) Put(std::to_string(i), {1, static_cast<float>(i)});
  size_t bytes = 0, largest = 0;
  const absl::Status status = client_->Backup(
      [&](absl::string_view piece) {
        bytes += piece.size();
        largest = std::max(largest, piece.size());
        return absl::OkStatus();
      },
      absl::InfiniteFuture());
  EXPECT_EQ(status, absl::OkStatus());
  EXPECT_GT(bytes, 50 * 2 * sizeof(float));
  EXPECT_LE(largest, kMaxBackupPiece);
}

}  // namespace
}  // namespace lookalike
