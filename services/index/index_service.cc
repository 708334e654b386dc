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
  for (size_t i = 0; i < result.items.size(); ++i) {
    v1::WriteOutcome* outcome = response.add_outcomes();
    outcome->set_superseded(result.superseded[i]);
    if (!result.items[i].ok()) lookalike::ToProto(result.items[i], *outcome->mutable_error());
  }
}

// What of a request can be read, and for the rest why not.
template <class Operation>
struct Readable {
  std::vector<Operation> operations;
  std::vector<size_t> places;  // of `operations` in the request
  WriteResult result;          // of all that is in the request, so far

  void Add(absl::StatusOr<Operation> operation) {
    result.items.push_back(operation.status());
    result.superseded.push_back(false);
    if (!operation.ok()) return;
    places.push_back(result.items.size() - 1);
    operations.push_back(*std::move(operation));
  }
  // Whether there is anything to be done, if only to be told that there is nothing in the request.
  bool IsDue() const { return !operations.empty() || result.items.empty(); }
  // With what became of `operations`.
  WriteResult With(const WriteResult& written) && {
    result.sequence = written.sequence;
    for (size_t i = 0; i < places.size(); ++i) {
      result.items[places[i]] = written.items[i];
      result.superseded[places[i]] = written.superseded[i];
    }
    return std::move(result);
  }
};

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
  Readable<Item> readable;
  for (const v1::Item& item : request->items()) readable.Add(FromProto(item));
  WriteResult written;
  if (readable.IsDue()) {
    absl::StatusOr<WriteResult> result = catalog_->Upsert(request->collection(), request->model_id(),
                                                          std::move(readable.operations), DeadlineOf(*context));
    if (!result.ok()) return ToGrpcStatus(result.status());
    written = *std::move(result);
  }
  ToProto(std::move(readable).With(written), *response);
  return grpc::Status::OK;
}

grpc::Status IndexService::UpdateAttributes(grpc::ServerContext* context,
                                            const v1::IndexUpdateAttributesRequest* request,
                                            v1::IndexWriteResponse* response) {
  Readable<AttributeUpdate> readable;
  for (const v1::AttributeUpdate& update : request->updates()) {
    readable.Add(FromProto(update.id(), update.attributes(), update.version()));
  }
  WriteResult written;
  if (readable.IsDue()) {
    absl::StatusOr<WriteResult> result =
        catalog_->UpdateAttributes(request->collection(), std::move(readable.operations), DeadlineOf(*context));
    if (!result.ok()) return ToGrpcStatus(result.status());
    written = *std::move(result);
  }
  ToProto(std::move(readable).With(written), *response);
  return grpc::Status::OK;
}

grpc::Status IndexService::Delete(grpc::ServerContext* context, const v1::IndexDeleteRequest* request,
                                  v1::IndexWriteResponse* response) {
  absl::StatusOr<std::vector<ItemDeletion>> deletions = ToDeletions(request->ids(), request->versions());
  if (!deletions.ok()) return ToGrpcStatus(deletions.status());
  const absl::StatusOr<WriteResult> result =
      catalog_->Delete(request->collection(), *std::move(deletions), DeadlineOf(*context));
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
