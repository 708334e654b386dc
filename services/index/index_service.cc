// SPDX-License-Identifier: Apache-2.0
#include "services/index/index_service.h"

#include <string>
#include <utility>
#include <vector>

#include "libs/rpc/convert.h"
#include "libs/rpc/deadline.h"
#include "libs/rpc/sequence_wait.h"
#include "libs/rpc/status.h"

namespace lookalike {
namespace {

void ToProto(const WriteResult& result, v1::IndexWriteResponse& response) {
  response.set_sequence(result.sequence);
  for (const absl::Status& status : result.items) {
    v1::WriteOutcome* outcome = response.add_outcomes();
    if (!status.ok()) lookalike::ToProto(status, *outcome->mutable_error());
  }
}

// The items of a request that can be read, and for the others why not.
struct ReadableItems {
  std::vector<Item> items;
  std::vector<size_t> places;          // of `items` in the request
  std::vector<absl::Status> outcomes;  // of all items of the request so far
};

ReadableItems ReadItems(const v1::IndexUpsertRequest& request) {
  ReadableItems readable;
  for (const v1::Item& proto : request.items()) {
    absl::StatusOr<Item> item = FromProto(proto);
    readable.outcomes.push_back(item.status());
    if (!item.ok()) continue;
    readable.places.push_back(readable.outcomes.size() - 1);
    readable.items.push_back(*std::move(item));
  }
  return readable;
}

}  // namespace

grpc::Status IndexService::CreateCollection(grpc::ServerContext* context, const v1::CreateCollectionRequest* request,
                                            v1::Collection* response) {
  const CollectionSpec spec = SpecFromProto(request->collection());
  const absl::Status status = catalog_->CreateCollection(spec, DeadlineOf(*context));
  if (status.ok()) lookalike::ToProto(spec, *response);
  return ToGrpcStatus(status);
}

grpc::Status IndexService::Upsert(grpc::ServerContext* context, const v1::IndexUpsertRequest* request,
                                  v1::IndexWriteResponse* response) {
  ReadableItems readable = ReadItems(*request);
  WriteResult result;
  if (!readable.items.empty() || request->items().empty()) {
    absl::StatusOr<WriteResult> written =
        catalog_->Upsert(request->collection(), request->model_id(), std::move(readable.items), DeadlineOf(*context));
    if (!written.ok()) return ToGrpcStatus(written.status());
    result.sequence = written->sequence;
    for (size_t i = 0; i < readable.places.size(); ++i) readable.outcomes[readable.places[i]] = written->items[i];
  }
  result.items = std::move(readable.outcomes);
  ToProto(result, *response);
  return grpc::Status::OK;
}

grpc::Status IndexService::Delete(grpc::ServerContext* context, const v1::IndexDeleteRequest* request,
                                  v1::IndexWriteResponse* response) {
  const std::vector<std::string> ids(request->ids().begin(), request->ids().end());
  const absl::StatusOr<WriteResult> result = catalog_->Delete(request->collection(), ids, DeadlineOf(*context));
  if (result.ok()) ToProto(*result, *response);
  return ToGrpcStatus(result.status());
}

grpc::Status IndexService::Get(grpc::ServerContext* context, const v1::IndexGetRequest* request,
                               v1::IndexGetResponse* response) {
  const std::vector<std::string> ids(request->ids().begin(), request->ids().end());
  const GetOptions options = {.with_embeddings = request->with_embeddings(), .min_sequence = request->min_sequence()};
  const absl::Status seen = AwaitSequence(*catalog_, request->collection(), options.min_sequence, *context);
  if (!seen.ok()) return ToGrpcStatus(seen);
  const absl::StatusOr<std::vector<absl::StatusOr<Item>>> items =
      catalog_->Get(request->collection(), ids, options, DeadlineOf(*context));
  if (!items.ok()) return ToGrpcStatus(items.status());
  for (const absl::StatusOr<Item>& item : *items) {
    v1::GetResult* result = response->add_results();
    if (item.ok()) {
      lookalike::ToProto(*item, *result->mutable_item());
    } else {
      lookalike::ToProto(item.status(), *result->mutable_error());
    }
  }
  return grpc::Status::OK;
}

grpc::Status IndexService::Search(grpc::ServerContext* context, const v1::IndexSearchRequest* request,
                                  v1::IndexSearchResponse* response) {
  absl::StatusOr<Filter> filter = Filter::Parse(request->filter());
  if (!filter.ok()) return ToGrpcStatus(filter.status());
  std::vector<Embedding> queries;
  for (const v1::Embedding& query : request->queries()) {
    queries.push_back(FromProto(query));
    if (absl::Status status = Normalize(queries.back()); !status.ok()) return ToGrpcStatus(status);
  }
  const std::vector<float> weights(request->weights().begin(), request->weights().end());
  StoreQuery query = {.embeddings = queries,
                      .weights = weights,
                      .model_id = request->model_id(),
                      .k = request->k(),
                      .filter = *std::move(filter),
                      .min_score = {},
                      .min_sequence = request->min_sequence(),
                      .with_embeddings = request->with_embeddings()};
  if (request->has_min_score()) query.min_score = request->min_score();
  const absl::Status seen = AwaitSequence(*catalog_, request->collection(), query.min_sequence, *context);
  if (!seen.ok()) return ToGrpcStatus(seen);
  const absl::StatusOr<std::vector<std::vector<ScoredItem>>> results =
      catalog_->Search(request->collection(), query, DeadlineOf(*context));
  if (!results.ok()) return ToGrpcStatus(results.status());
  for (const std::vector<ScoredItem>& found : *results) {
    v1::ScoredItems* items = response->add_results();
    for (const ScoredItem& item : found) lookalike::ToProto(item, *items->add_results());
  }
  return grpc::Status::OK;
}

grpc::Status IndexService::GetStats(grpc::ServerContext* context, const v1::GetStatsRequest*,
                                    v1::IndexStats* response) {
  const absl::StatusOr<std::vector<CollectionInfo>> infos = catalog_->ListCollections(DeadlineOf(*context));
  if (!infos.ok()) return ToGrpcStatus(infos.status());
  for (const CollectionInfo& info : *infos) lookalike::ToProto(info, *response->add_collections());
  response->set_disk_bytes(catalog_->DiskBytes());
  return grpc::Status::OK;
}

grpc::Status IndexService::Audit(grpc::ServerContext* context, const v1::AuditRequest* request,
                                 v1::AuditResponse* response) {
  const absl::StatusOr<AuditReport> report =
      catalog_->Audit(request->collection(), request->repair(), DeadlineOf(*context));
  if (report.ok()) lookalike::ToProto(*report, *response);
  return ToGrpcStatus(report.status());
}

grpc::Status IndexService::Backup(grpc::ServerContext* context, const v1::BackupRequest*,
                                  grpc::ServerWriter<v1::BackupChunk>* writer) {
  v1::BackupChunk chunk;
  // Write() fails where the caller has gone or the deadline has passed.
  const auto send = [&](absl::string_view piece) {
    chunk.set_data(piece.data(), piece.size());
    return writer->Write(chunk) ? absl::OkStatus() : absl::CancelledError("the caller takes no more of the backup");
  };
  return ToGrpcStatus(catalog_->Backup(send, DeadlineOf(*context)));
}

}  // namespace lookalike
