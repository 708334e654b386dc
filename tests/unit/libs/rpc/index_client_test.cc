// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/index_client.h"

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "libs/rpc/convert.h"
#include "libs/rpc/server_runner.h"
#include "libs/rpc/status.h"

namespace lookalike {
namespace {

using testing::ElementsAre;

// An index that answers as the test says, and keeps what it was asked.
class ScriptedIndex final : public v1::Index::Service {
 public:
  grpc::Status Get(grpc::ServerContext*, const v1::IndexGetRequest* request, v1::IndexGetResponse* response) override {
    get = *request;
    for (const std::string& id : request->ids()) response->add_results()->mutable_item()->set_id(id);
    return grpc::Status::OK;
  }
  grpc::Status Search(grpc::ServerContext*, const v1::IndexSearchRequest* request,
                      v1::IndexSearchResponse* response) override {
    search = *request;
    response->add_results();
    return grpc::Status::OK;
  }
  grpc::Status List(grpc::ServerContext*, const v1::ListRequest* request, v1::ListResponse*) override {
    list = *request;
    return grpc::Status::OK;
  }
  grpc::Status CreateCollection(grpc::ServerContext*, const v1::CreateCollectionRequest* request,
                                v1::Collection*) override {
    collection = request->collection();
    return grpc::Status::OK;
  }
  grpc::Status GetCollection(grpc::ServerContext*, const v1::GetCollectionRequest*, v1::Collection* response) override {
    *response = collection;
    return grpc::Status::OK;
  }
  grpc::Status Audit(grpc::ServerContext*, const v1::AuditRequest* request, v1::AuditResponse* response) override {
    audit = *request;
    ToProto(report, *response);
    return grpc::Status::OK;
  }
  // Sends `pieces`, again and again where that is `endless`, and ends with `backup_status`.
  grpc::Status Backup(grpc::ServerContext*, const v1::BackupRequest*,
                      grpc::ServerWriter<v1::BackupChunk>* writer) override {
    do {
      for (const std::string& piece : pieces) {
        v1::BackupChunk chunk;
        chunk.set_data(piece);
        if (!writer->Write(chunk)) {
          cut_off = true;
          return grpc::Status::CANCELLED;
        }
      }
    } while (endless);
    return ToGrpcStatus(backup_status);
  }

  v1::IndexGetRequest get;
  v1::IndexSearchRequest search;
  v1::ListRequest list;
  v1::Collection collection;
  v1::AuditRequest audit;
  AuditReport report;
  std::vector<std::string> pieces = {"one ", "two ", "three"};
  bool endless = false;
  absl::Status backup_status;
  std::atomic<bool> cut_off = false;
};

class IndexClientTest : public testing::Test {
 protected:
  IndexClientTest() {
    GrpcServer::Options options;
    options.address = "127.0.0.1:0";
    options.drain_notice = absl::ZeroDuration();
    grpc::Service* const services[] = {&index_};
    server_ = GrpcServer::Create(options, services, &metrics_).value();
    server_->SetServing(v1::Index::service_full_name(), true);
    const std::string address = absl::StrCat("127.0.0.1:", server_->port());
    client_ = std::make_unique<IndexClient>(Connect(address, IndexClient::Channel()).value());
  }

  // Everything that a backup handed over, in one.
  absl::Status Backup(absl::Time deadline = absl::InfiniteFuture()) {
    return client_->Backup(
        [&](absl::string_view piece) {
          absl::StrAppend(&received_, piece);
          return received_.size() < enough_ ? absl::OkStatus() : absl::ResourceExhaustedError("the disk is full");
        },
        deadline);
  }

  Metrics metrics_;
  ScriptedIndex index_;
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<IndexClient> client_;
  std::string received_;
  size_t enough_ = SIZE_MAX;  // bytes, after which the sink fails
};

TEST_F(IndexClientTest, PassesOnWhichWriteAReadMustHaveSeen) {
  const std::vector<std::string> ids = {"a"};
  const std::vector<Embedding> queries = {{1, 0}};
  StoreQuery query;
  query.embeddings = queries;
  query.min_sequence = 13;
  ASSERT_TRUE(client_->Get("shop", ids, {.with_embeddings = true, .min_sequence = 11}, absl::InfiniteFuture()).ok());
  ASSERT_TRUE(client_->List("shop", {.cursor = "c", .limit = 5, .min_sequence = 12}, absl::InfiniteFuture()).ok());
  ASSERT_TRUE(client_->Search("shop", query, absl::InfiniteFuture()).ok());
  EXPECT_EQ(index_.get.min_sequence(), 11);
  EXPECT_TRUE(index_.get.with_embeddings());
  EXPECT_EQ(index_.list.min_sequence(), 12);
  EXPECT_EQ(index_.list.cursor(), "c");
  EXPECT_EQ(index_.list.limit(), 5);
  EXPECT_EQ(index_.search.min_sequence(), 13);
}

TEST_F(IndexClientTest, ACollectionKeepsItsSettingsAndFigures) {
  const CollectionSpec spec = {.name = "shop", .dimension = 2, .model_id = "m", .centered = true};
  ASSERT_TRUE(client_->CreateCollection(spec, absl::InfiniteFuture()).ok());
  EXPECT_TRUE(index_.collection.centered());
  v1::RankingProfile profile;
  profile.mutable_diversity()->set_lambda(0.5);
  CollectionInfo told = {.spec = spec,
                         .items = 1,
                         .tombstones = 2,
                         .backlog = 3,
                         .index_bytes = 4,
                         .sequence = 5,
                         .mean_items = 6,
                         .snapshot_sequence = 7,
                         .schema = {},
                         .ranking_profiles = {{"sale", profile.SerializeAsString()}}};
  ToProto(told, index_.collection);
  const CollectionInfo heard = client_->GetCollection("shop", absl::InfiniteFuture()).value();
  EXPECT_TRUE(heard.spec.centered);
  EXPECT_THAT((std::vector<uint64_t>{heard.items, heard.tombstones, heard.backlog, heard.index_bytes, heard.sequence,
                                     heard.mean_items, heard.snapshot_sequence}),
              ElementsAre(1, 2, 3, 4, 5, 6, 7));
  EXPECT_EQ(heard.ranking_profiles, told.ranking_profiles);
}

TEST_F(IndexClientTest, PassesOnTheWeightsOfABlendAndWhetherEmbeddingsAreWanted) {
  const std::vector<Embedding> parts = {{1, 0}, {0, 1}};
  const std::vector<float> weights = {1, -0.5f};
  StoreQuery query;
  query.embeddings = parts;
  query.weights = weights;
  query.with_embeddings = true;
  ASSERT_TRUE(client_->Search("shop", query, absl::InfiniteFuture()).ok()) << "one answer for both parts";
  EXPECT_THAT(index_.search.weights(), ElementsAre(1, -0.5f));
  EXPECT_TRUE(index_.search.with_embeddings());
}

TEST_F(IndexClientTest, AnAuditTellsAllThatItFound) {
  index_.report = {.stored = 6,
                   .indexed = 5,
                   .unreachable = 4,
                   .missing = 3,
                   .phantom = 2,
                   .mended = 1,
                   .examples = {"boot", "mug"}};
  const absl::StatusOr<AuditReport> report = client_->Audit("shop", /*repair=*/true, absl::InfiniteFuture());
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(index_.audit.collection(), "shop");
  EXPECT_TRUE(index_.audit.repair());
  EXPECT_THAT((std::vector<uint64_t>{report->stored, report->indexed, report->unreachable, report->missing,
                                     report->phantom, report->mended}),
              ElementsAre(6, 5, 4, 3, 2, 1));
  EXPECT_THAT(report->examples, ElementsAre("boot", "mug"));
}

TEST_F(IndexClientTest, ABackupArrivesInOrder) {
  EXPECT_EQ(Backup(), absl::OkStatus());
  EXPECT_EQ(received_, "one two three");
}

TEST_F(IndexClientTest, ABackupThatTheIndexCannotFinishFails) {
  index_.backup_status = absl::DataLossError("a record is damaged");
  const absl::Status status = Backup();
  EXPECT_EQ(status, absl::DataLossError("a record is damaged"));
}

TEST_F(IndexClientTest, ASinkThatFailsEndsTheBackupAtBothEnds) {
  index_.endless = true;
  enough_ = 1000;
  EXPECT_EQ(Backup(), absl::ResourceExhaustedError("the disk is full"));
  server_->Drain();
  EXPECT_TRUE(index_.cut_off) << "the index went on reading for nobody";
}

TEST_F(IndexClientTest, ABackupEndsAtItsDeadline) {
  index_.endless = true;
  EXPECT_EQ(Backup(absl::Now() + absl::Milliseconds(200)).code(), absl::StatusCode::kDeadlineExceeded);
  server_->Drain();
  EXPECT_TRUE(index_.cut_off);
}

}  // namespace
}  // namespace lookalike
