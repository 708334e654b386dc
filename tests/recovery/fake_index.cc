// SPDX-License-Identifier: Apache-2.0
#include "tests/recovery/fake_index.h"

#include <algorithm>

#include <grpcpp/server_builder.h>

#include "libs/filter/filter.h"
#include "libs/rpc/convert.h"

namespace lookalike {
namespace {

double CosineOf(const v1::Embedding& a, const v1::Embedding& b) {
  double product = 0;
  for (int i = 0; i < std::min(a.values_size(), b.values_size()); ++i) {
    product += static_cast<double>(a.values(i)) * b.values(i);
  }
  return product;
}

v1::Collection InfoOf(const FakeIndex::Collection& collection) {
  v1::Collection info = collection.info;
  info.set_items(collection.items_claimed.value_or(collection.items.size()));
  return info;
}

// All that a search may find, by exhaustion, most similar first.
std::vector<v1::ScoredItem> Ranked(const FakeIndex::Collection& collection, const v1::Embedding& query,
                                   const Filter& filter) {
  std::vector<v1::ScoredItem> ranked;
  for (const auto* items : {&collection.items, &collection.found_besides}) {
    for (const auto& [id, item] : *items) {
      const auto& hidden = collection.never_found;
      if (std::find(hidden.begin(), hidden.end(), id) != hidden.end()) continue;
      if (!collection.ignores_filters && !filter.Matches(*FromProto(item.attributes()))) continue;
      v1::ScoredItem& scored = ranked.emplace_back();
      scored.set_id(id);
      *scored.mutable_attributes() = item.attributes();
      const auto error = collection.score_error.find(id);
      const double wrong_by = error == collection.score_error.end() ? 0 : error->second;
      scored.set_score(-1);
      for (int image = 0; image < item.images_size(); ++image) {
        const auto score =
            static_cast<float>(std::min(1.0, CosineOf(query, item.images(image).embedding()) + wrong_by));
        if (score <= scored.score()) continue;
        scored.set_score(score);
        scored.set_image(static_cast<uint32_t>(image));
      }
    }
  }
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.score() > b.score(); });
  return ranked;
}

}  // namespace

FakeIndex::FakeIndex() {
  grpc::ServerBuilder builder;
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
}

FakeIndex::~FakeIndex() { server_->Shutdown(); }

std::shared_ptr<grpc::Channel> FakeIndex::Connect() { return server_->InProcessChannel({}); }

grpc::Status FakeIndex::ListCollections(grpc::ServerContext*, const v1::ListCollectionsRequest*,
                                        v1::ListCollectionsResponse* response) {
  for (const auto& [name, collection] : collections) *response->add_collections() = InfoOf(collection);
  return grpc::Status::OK;
}

grpc::Status FakeIndex::GetCollection(grpc::ServerContext*, const v1::GetCollectionRequest* request,
                                      v1::Collection* response) {
  *response = InfoOf(collections.at(request->name()));
  return grpc::Status::OK;
}

grpc::Status FakeIndex::List(grpc::ServerContext*, const v1::ListRequest* request, v1::ListResponse* response) {
  const Collection& collection = collections.at(request->collection());
  if (!collection.list_status.ok()) return collection.list_status;
  for (const auto& [id, item] : collection.items) *response->add_items() = item;
  for (const v1::Item& item : collection.listed_besides) *response->add_items() = item;
  return grpc::Status::OK;
}

grpc::Status FakeIndex::Get(grpc::ServerContext*, const v1::IndexGetRequest* request, v1::IndexGetResponse* response) {
  const Collection& collection = collections.at(request->collection());
  for (const std::string& id : request->ids()) {
    v1::GetResult* result = response->add_results();
    const auto found = collection.items.find(id);
    if (found == collection.items.end()) {
      result->mutable_error()->set_code(grpc::StatusCode::NOT_FOUND);
    } else {
      *result->mutable_item() = found->second;
    }
  }
  return grpc::Status::OK;
}

grpc::Status FakeIndex::Search(grpc::ServerContext*, const v1::IndexSearchRequest* request,
                               v1::IndexSearchResponse* response) {
  const Collection& collection = collections.at(request->collection());
  const absl::StatusOr<Filter> filter = Filter::Parse(request->filter());
  if (!filter.ok()) return {grpc::StatusCode::INVALID_ARGUMENT, std::string(filter.status().message())};
  for (const v1::Embedding& query : request->queries()) {
    v1::ScoredItems* results = response->add_results();
    for (const v1::ScoredItem& scored : Ranked(collection, query, *filter)) {
      if (results->results_size() < static_cast<int>(request->k())) *results->add_results() = scored;
    }
  }
  return grpc::Status::OK;
}

grpc::Status FakeIndex::Audit(grpc::ServerContext*, const v1::AuditRequest* request, v1::AuditResponse* response) {
  const std::optional<v1::AuditResponse>& audit = collections.at(request->collection()).audit;
  if (!audit) return {grpc::StatusCode::UNIMPLEMENTED, ""};
  *response = *audit;
  return grpc::Status::OK;
}

}  // namespace lookalike
