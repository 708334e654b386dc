// SPDX-License-Identifier: Apache-2.0
#include "services/search/search_service.h"

#include <algorithm>
#include <atomic>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "libs/catalog/validation.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/deadline.h"
#include "libs/rpc/sequence_wait.h"
#include "libs/rpc/status.h"
#include "services/search/page_token.h"
#include "services/search/search_convert.h"

namespace lookalike {

namespace {

constexpr size_t kMaxBatchSearches = 64;
// Of one BatchSearch at a time. Enough that pictures share passes of the model, and few beside the server's own
// threads.
constexpr size_t kBatchThreads = 8;

absl::Status ValidateBatch(const v1::BatchSearchRequest& request) {
  const auto count = static_cast<size_t>(request.requests_size());
  if (absl::Status status = ValidateCount("requests", count, 1, kMaxBatchSearches); !status.ok()) return status;
  size_t results = 0;
  for (const v1::SearchRequest& one : request.requests()) results += one.has_k() ? one.k() : ProductQuery().k;
  if (results <= kMaxResults) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("requests: their k are ", results, " together; at most ", kMaxResults, " are allowed"));
}

}  // namespace

absl::Status SearchService::Answer(const grpc::ServerContext& context, const v1::SearchRequest& request,
                                   v1::SearchResponse& response) const {
  absl::StatusOr<ProductQuery> query = ToProductQuery(request);
  if (!query.ok()) return query.status();
  const absl::Status seen = AwaitSequence(*store_, request.collection(), query->min_sequence, context);
  if (!seen.ok()) return seen;
  const absl::Time deadline = DeadlineOf(context);
  const absl::StatusOr<CollectionInfo> collection = store_->GetCollection(request.collection(), deadline);
  if (!collection.ok()) return collection.status();
  const absl::StatusOr<std::string> profile = ProfileOf(request, *collection);
  if (!profile.ok()) return profile.status();
  if (!profile->empty()) {
    absl::StatusOr<RankingProfile> ranking = RankingOf(*profile);
    if (!ranking.ok()) return ranking.status();
    query->ranking = *std::move(ranking);
  }
  if (!request.page_token().empty()) {
    absl::StatusOr<PageCursor> page = FromPageToken(request.page_token(), SearchIdentity(request, *profile));
    if (!page.ok()) return page.status();
    query->page = *std::move(page);
  }
  const absl::StatusOr<ProductResults> results =
      search_.Search(*collection, *query, deadline, [&context] { return context.IsCancelled(); });
  if (!results.ok()) return results.status();
  ToProto(*results, request, response);
  if (results->next_page) {
    response.set_next_page_token(ToPageToken(*results->next_page, SearchIdentity(request, *profile)));
  }
  return absl::OkStatus();
}

grpc::Status SearchService::Search(grpc::ServerContext* context, const v1::SearchRequest* request,
                                   v1::SearchResponse* response) {
  return ToGrpcStatus(Answer(*context, *request, *response));
}

grpc::Status SearchService::BatchSearch(grpc::ServerContext* context, const v1::BatchSearchRequest* request,
                                        v1::BatchSearchResponse* response) {
  if (absl::Status status = ValidateBatch(*request); !status.ok()) return ToGrpcStatus(status);
  const int count = request->requests_size();
  for (int i = 0; i < count; ++i) response->add_results();
  std::atomic<int> next = 0;
  std::vector<std::jthread> threads;
  for (size_t thread = 0; thread < std::min<size_t>(kBatchThreads, static_cast<size_t>(count)); ++thread) {
    threads.emplace_back([&] {
      for (int i = next++; i < count; i = next++) {
        v1::BatchSearchResult& result = *response->mutable_results(i);
        const absl::Status status = Answer(*context, request->requests(i), *result.mutable_response());
        if (!status.ok()) ToProto(status, *result.mutable_error());
      }
    });
  }
  threads.clear();  // joins
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

grpc::Status SearchService::GetModel(grpc::ServerContext* context, const v1::GetModelRequest*, v1::Model* response) {
  const absl::StatusOr<ModelInfo> model = encoder_->GetModel(DeadlineOf(*context));
  if (model.ok()) ToProto(*model, *response);
  return ToGrpcStatus(model.status());
}

}  // namespace lookalike
