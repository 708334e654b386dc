// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/index_client.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/rpc/convert.h"
#include "libs/rpc/deadline.h"
#include "libs/rpc/facet_convert.h"
#include "libs/rpc/status.h"

namespace lookalike {
namespace {

using Stub = v1::Index::Stub;

// One unary call under a deadline.
template <class Request, class Response>
absl::StatusOr<Response> Call(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                              const Request& request, absl::Time deadline) {
  grpc::ClientContext context;
  SetDeadline(context, deadline);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return FromGrpcStatus(status);
  return response;
}

absl::Status CheckCount(int answered, size_t asked) {
  if (static_cast<size_t>(answered) == asked) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("the index answered ", answered, " results for ", asked));
}

absl::StatusOr<WriteResult> ToWriteResult(const absl::StatusOr<v1::IndexWriteResponse>& response, size_t asked) {
  if (!response.ok()) return response.status();
  if (absl::Status status = CheckCount(response->outcomes_size(), asked); !status.ok()) return status;
  WriteResult result;
  result.sequence = response->sequence();
  for (const v1::WriteOutcome& outcome : response->outcomes()) {
    result.items.push_back(outcome.has_error() ? FromProto(outcome.error()) : absl::OkStatus());
  }
  return result;
}

absl::StatusOr<std::vector<ScoredItem>> ToScoredItems(const v1::ScoredItems& proto) {
  std::vector<ScoredItem> items;
  for (const v1::ScoredItem& scored : proto.results()) {
    absl::StatusOr<ScoredItem> item = FromProto(scored);
    if (!item.ok()) return item.status();
    items.push_back(*std::move(item));
  }
  return items;
}

}  // namespace

// Writes are not among them: run twice, the second could overwrite what another writer did in between.
ChannelOptions IndexClient::Channel() {
  ChannelOptions options;
  options.service = v1::Index::service_full_name();
  options.idempotent_methods = {"GetCollection", "ListCollections", "Get",   "Search", "GetFacets",
                                "List",          "GetStats",        "Audit", "Backup"};
  return options;
}

absl::Status IndexClient::CreateCollection(const CollectionSpec& spec, absl::Time deadline) {
  v1::CreateCollectionRequest request;
  ToProto(spec, *request.mutable_collection());
  return Call(*stub_, &Stub::CreateCollection, request, deadline).status();
}

absl::Status IndexClient::DeleteCollection(absl::string_view name, absl::Time deadline) {
  v1::DeleteCollectionRequest request;
  request.set_name(std::string(name));
  return Call(*stub_, &Stub::DeleteCollection, request, deadline).status();
}

absl::StatusOr<CollectionInfo> IndexClient::GetCollection(absl::string_view name, absl::Time deadline) {
  v1::GetCollectionRequest request;
  request.set_name(std::string(name));
  absl::StatusOr<v1::Collection> response = Call(*stub_, &Stub::GetCollection, request, deadline);
  if (!response.ok()) return response.status();
  return FromProto(*response);
}

absl::StatusOr<std::vector<CollectionInfo>> IndexClient::ListCollections(absl::Time deadline) {
  absl::StatusOr<v1::ListCollectionsResponse> response =
      Call(*stub_, &Stub::ListCollections, v1::ListCollectionsRequest(), deadline);
  if (!response.ok()) return response.status();
  std::vector<CollectionInfo> infos;
  for (const v1::Collection& collection : response->collections()) {
    absl::StatusOr<CollectionInfo> info = FromProto(collection);
    if (!info.ok()) return info.status();
    infos.push_back(*std::move(info));
  }
  return infos;
}

absl::StatusOr<WriteResult> IndexClient::Upsert(absl::string_view collection, absl::string_view model_id,
                                                std::vector<Item> items, absl::Time deadline) {
  v1::IndexUpsertRequest request;
  request.set_collection(std::string(collection));
  request.set_model_id(std::string(model_id));
  for (const Item& item : items) ToProto(item, *request.add_items());
  return ToWriteResult(Call(*stub_, &Stub::Upsert, request, deadline), items.size());
}

absl::StatusOr<WriteResult> IndexClient::Delete(absl::string_view collection, std::span<const std::string> ids,
                                                absl::Time deadline) {
  v1::IndexDeleteRequest request;
  request.set_collection(std::string(collection));
  *request.mutable_ids() = {ids.begin(), ids.end()};
  return ToWriteResult(Call(*stub_, &Stub::Delete, request, deadline), ids.size());
}

absl::StatusOr<std::vector<absl::StatusOr<Item>>> IndexClient::Get(absl::string_view collection,
                                                                   std::span<const std::string> ids,
                                                                   const GetOptions& options, absl::Time deadline) {
  v1::IndexGetRequest request;
  request.set_collection(std::string(collection));
  *request.mutable_ids() = {ids.begin(), ids.end()};
  request.set_with_embeddings(options.with_embeddings);
  request.set_min_sequence(options.min_sequence);
  absl::StatusOr<v1::IndexGetResponse> response = Call(*stub_, &Stub::Get, request, deadline);
  if (!response.ok()) return response.status();
  if (absl::Status status = CheckCount(response->results_size(), ids.size()); !status.ok()) return status;
  std::vector<absl::StatusOr<Item>> items;
  for (const v1::GetResult& result : response->results()) {
    items.push_back(result.has_item() ? FromProto(result.item()) : FromProto(result.error()));
  }
  return items;
}

absl::StatusOr<std::vector<std::vector<ScoredItem>>> IndexClient::Search(absl::string_view collection,
                                                                         const StoreQuery& query, absl::Time deadline) {
  v1::IndexSearchRequest request;
  request.set_collection(std::string(collection));
  request.set_model_id(query.model_id);
  request.set_k(static_cast<uint32_t>(query.k));
  request.set_filter(query.filter.ToString());
  if (query.min_score) request.set_min_score(*query.min_score);
  request.set_min_sequence(query.min_sequence);
  for (const Embedding& embedding : query.embeddings) ToProto(embedding, *request.add_queries());
  absl::StatusOr<v1::IndexSearchResponse> response = Call(*stub_, &Stub::Search, request, deadline);
  if (!response.ok()) return response.status();
  if (absl::Status status = CheckCount(response->results_size(), query.embeddings.size()); !status.ok()) return status;
  std::vector<std::vector<ScoredItem>> results;
  for (const v1::ScoredItems& found : response->results()) {
    absl::StatusOr<std::vector<ScoredItem>> items = ToScoredItems(found);
    if (!items.ok()) return items.status();
    results.push_back(*std::move(items));
  }
  return results;
}

absl::StatusOr<ItemPage> IndexClient::List(absl::string_view collection, const ListQuery& query, absl::Time deadline) {
  v1::ListRequest request;
  request.set_collection(std::string(collection));
  request.set_cursor(query.cursor);
  request.set_limit(static_cast<uint32_t>(query.limit));
  request.set_min_sequence(query.min_sequence);
  absl::StatusOr<v1::ListResponse> response = Call(*stub_, &Stub::List, request, deadline);
  if (!response.ok()) return response.status();
  ItemPage page;
  page.next_cursor = response->next_cursor();
  for (const v1::Item& proto : response->items()) {
    absl::StatusOr<Item> item = FromProto(proto);
    if (!item.ok()) return item.status();
    page.items.push_back(*std::move(item));
  }
  return page;
}

absl::StatusOr<Facets> IndexClient::GetFacets(absl::string_view collection, const FacetQuery& query,
                                              absl::Time deadline) {
  v1::GetFacetsRequest request;
  request.set_collection(std::string(collection));
  ToProto(query, request);
  absl::StatusOr<v1::GetFacetsResponse> response = Call(*stub_, &Stub::GetFacets, request, deadline);
  if (!response.ok()) return response.status();
  return FromProto(*response);
}

absl::StatusOr<AuditReport> IndexClient::Audit(absl::string_view collection, bool repair, absl::Time deadline) {
  v1::AuditRequest request;
  request.set_collection(std::string(collection));
  request.set_repair(repair);
  absl::StatusOr<v1::AuditResponse> response = Call(*stub_, &Stub::Audit, request, deadline);
  if (!response.ok()) return response.status();
  return FromProto(*response);
}

// A sink that fails ends the call, so that the index stops reading for nobody.
absl::Status IndexClient::Backup(const std::function<absl::Status(absl::string_view)>& sink, absl::Time deadline) {
  grpc::ClientContext context;
  SetDeadline(context, deadline);
  const std::unique_ptr<grpc::ClientReader<v1::BackupChunk>> reader = stub_->Backup(&context, v1::BackupRequest());
  absl::Status sunk;
  v1::BackupChunk chunk;
  while (sunk.ok() && reader->Read(&chunk)) sunk = sink(chunk.data());
  if (!sunk.ok()) context.TryCancel();
  const grpc::Status status = reader->Finish();
  return sunk.ok() ? FromGrpcStatus(status) : sunk;
}

}  // namespace lookalike
