// SPDX-License-Identifier: Apache-2.0
#include "services/search/search_service.h"

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "libs/rpc/convert.h"
#include "libs/rpc/deadline.h"
#include "libs/rpc/sequence_wait.h"
#include "libs/rpc/status.h"
#include "services/search/search_convert.h"

namespace lookalike {

grpc::Status SearchService::Search(grpc::ServerContext* context, const v1::SearchRequest* request,
                                   v1::SearchResponse* response) {
  const absl::StatusOr<ProductQuery> query = ToProductQuery(*request);
  if (!query.ok()) return ToGrpcStatus(query.status());
  const absl::Status seen = AwaitSequence(*store_, request->collection(), query->min_sequence, *context);
  if (!seen.ok()) return ToGrpcStatus(seen);
  const absl::StatusOr<ProductResults> results =
      search_.Search(request->collection(), *query, DeadlineOf(*context), [context] { return context->IsCancelled(); });
  if (!results.ok()) return ToGrpcStatus(results.status());
  response->set_model_id(results->model_id);
  for (const ScoredItem& item : results->items) ToProto(item, *response->add_results());
  return grpc::Status::OK;
}

grpc::Status SearchService::Upsert(grpc::ServerContext* context, const v1::UpsertRequest* request,
                                   v1::UpsertResponse* response) {
  const absl::StatusOr<ProductUpdate> update = ToProductUpdate(request->item());
  if (!update.ok()) return ToGrpcStatus(update.status());
  const absl::StatusOr<WriteResult> result =
      writer_.Upsert(request->collection(), std::span<const ProductUpdate>(&*update, 1), ProductWriter::WhenBusy::kFail,
                     DeadlineOf(*context), [context] { return context->IsCancelled(); });
  if (!result.ok()) return ToGrpcStatus(result.status());
  response->set_sequence(result->sequence);
  response->set_superseded(result->superseded.front());
  return ToGrpcStatus(result->items.front());
}

grpc::Status SearchService::UpdateAttributes(grpc::ServerContext* context, const v1::UpdateAttributesRequest* request,
                                             v1::UpdateAttributesResponse* response) {
  absl::StatusOr<AttributeUpdate> update = FromProto(request->id(), request->attributes(), request->version());
  if (!update.ok()) return ToGrpcStatus(update.status());
  std::vector<AttributeUpdate> updates;
  updates.push_back(*std::move(update));
  const absl::StatusOr<WriteResult> result =
      store_->UpdateAttributes(request->collection(), std::move(updates), DeadlineOf(*context));
  if (!result.ok()) return ToGrpcStatus(result.status());
  response->set_sequence(result->sequence);
  response->set_superseded(result->superseded.front());
  return ToGrpcStatus(result->items.front());
}

grpc::Status SearchService::Ingest(grpc::ServerContext* context,
                                   grpc::ServerReaderWriter<v1::IngestResponse, v1::IngestRequest>* stream) {
  IngestSession session(ingest_, &writer_, context, stream);
  return session.Run();
}

grpc::Status SearchService::Delete(grpc::ServerContext* context, const v1::DeleteRequest* request,
                                   v1::DeleteResponse* response) {
  absl::StatusOr<std::vector<ItemDeletion>> deletions = ToDeletions(request->ids(), request->versions());
  if (!deletions.ok()) return ToGrpcStatus(deletions.status());
  const absl::StatusOr<WriteResult> result =
      store_->Delete(request->collection(), *std::move(deletions), DeadlineOf(*context));
  if (!result.ok()) return ToGrpcStatus(result.status());
  response->set_sequence(result->sequence);
  for (int i = 0; i < request->ids_size(); ++i) {
    v1::DeleteOutcome* outcome = response->add_outcomes();
    outcome->set_id(request->ids(i));
    outcome->set_superseded(result->superseded[i]);
    if (!result->items[i].ok()) ToProto(result->items[i], *outcome->mutable_error());
  }
  return grpc::Status::OK;
}

grpc::Status SearchService::Get(grpc::ServerContext* context, const v1::GetRequest* request,
                                v1::GetResponse* response) {
  const std::vector<std::string> ids(request->ids().begin(), request->ids().end());
  const GetOptions options = {.with_embeddings = request->with_embeddings(), .min_sequence = request->min_sequence()};
  const absl::Status seen = AwaitSequence(*store_, request->collection(), options.min_sequence, *context);
  if (!seen.ok()) return ToGrpcStatus(seen);
  const absl::StatusOr<std::vector<absl::StatusOr<Item>>> items =
      store_->Get(request->collection(), ids, options, DeadlineOf(*context));
  if (!items.ok()) return ToGrpcStatus(items.status());
  for (size_t i = 0; i < ids.size(); ++i) {
    const absl::StatusOr<Item>& item = (*items)[i];
    if (item.ok()) {
      ToProto(*item, *response->add_items());
    } else if (absl::IsNotFound(item.status())) {
      response->add_missing_ids(ids[i]);
    } else {
      return ToGrpcStatus(item.status());
    }
  }
  return grpc::Status::OK;
}

grpc::Status SearchService::CreateCollection(grpc::ServerContext* context, const v1::CreateCollectionRequest* request,
                                             v1::Collection* response) {
  CollectionSpec spec = SpecFromProto(request->collection());
  if (spec.dimension == 0 && spec.model_id.empty()) {
    const absl::StatusOr<ModelInfo> model = encoder_->GetModel(DeadlineOf(*context));
    if (!model.ok()) return ToGrpcStatus(model.status());
    spec.dimension = model->dimension;
    spec.model_id = model->id;
  }
  const absl::Status status = store_->CreateCollection(spec, DeadlineOf(*context));
  if (status.ok()) ToProto(spec, *response);
  return ToGrpcStatus(status);
}

}  // namespace lookalike
