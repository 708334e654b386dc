// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

namespace lookalike {
namespace {

std::shared_ptr<grpc::Channel> ConnectTo(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  // A server that was killed and started again on its port is to be found at once.
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

Client::Client(const std::string& address) : channel_(ConnectTo(address)), stub_(v1::VisualSearch::NewStub(channel_)) {}

Answer<v1::UpsertResponse> Client::Upsert(const std::string& collection, v1::UpsertItem item) {
  v1::UpsertRequest request;
  request.set_collection(collection);
  *request.mutable_item() = std::move(item);
  return Call(&Stub::Upsert, request);
}

Answer<v1::DeleteResponse> Client::Delete(const std::string& collection, const std::vector<std::string>& ids) {
  v1::DeleteRequest request;
  request.set_collection(collection);
  *request.mutable_ids() = {ids.begin(), ids.end()};
  return Call(&Stub::Delete, request);
}

Answer<v1::GetResponse> Client::Get(const std::string& collection, const std::vector<std::string>& ids,
                                    bool with_embeddings) {
  v1::GetRequest request;
  request.set_collection(collection);
  *request.mutable_ids() = {ids.begin(), ids.end()};
  request.set_with_embeddings(with_embeddings);
  return Call(&Stub::Get, request);
}

Answer<v1::Collection> Client::CreateCollection(const std::string& name, uint32_t dimension,
                                                const std::string& model_id) {
  v1::CreateCollectionRequest request;
  request.mutable_collection()->set_name(name);
  request.mutable_collection()->set_dimension(dimension);
  request.mutable_collection()->set_model_id(model_id);
  return Call(&Stub::CreateCollection, request);
}

Answer<v1::Collection> Client::GetCollection(const std::string& name) {
  v1::GetCollectionRequest request;
  request.set_name(name);
  return Call(&Stub::GetCollection, request);
}

v1::SearchRequest LikeImage(const std::string& collection, std::string image, uint32_t k) {
  v1::SearchRequest request;
  request.set_collection(collection);
  request.mutable_query()->set_image(std::move(image));
  request.set_k(k);
  return request;
}

v1::SearchRequest LikeItem(const std::string& collection, const std::string& id, uint32_t k) {
  v1::SearchRequest request;
  request.set_collection(collection);
  request.mutable_query()->set_id(id);
  request.set_k(k);
  return request;
}

v1::SearchRequest LikeEmbedding(const std::string& collection, const std::vector<float>& embedding, uint32_t k) {
  v1::SearchRequest request;
  request.set_collection(collection);
  *request.mutable_query()->mutable_embedding()->mutable_values() = {embedding.begin(), embedding.end()};
  request.set_k(k);
  return request;
}

v1::UpsertItem ItemOfImage(const std::string& id, std::string image) {
  v1::UpsertItem item;
  item.set_id(id);
  item.add_images()->set_image(std::move(image));
  return item;
}

v1::UpsertItem ItemOfEmbedding(const std::string& id, const std::vector<float>& embedding) {
  v1::UpsertItem item;
  item.set_id(id);
  *item.add_images()->mutable_embedding()->mutable_values() = {embedding.begin(), embedding.end()};
  return item;
}

std::vector<std::string> IdsOf(const v1::SearchResponse& response) {
  std::vector<std::string> ids;
  for (const v1::ScoredItem& item : response.results()) ids.push_back(item.id());
  return ids;
}

}  // namespace lookalike
