// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lookalike/v1/index.grpc.pb.h"

#include "libs/catalog/catalog_store.h"
#include "libs/rpc/channel.h"

namespace lookalike {

// A CatalogStore behind gRPC: the index service.
class IndexClient : public CatalogStore {
 public:
  // How its channel should be made (libs/rpc/channel.h).
  static ChannelOptions Channel();

  explicit IndexClient(const std::shared_ptr<grpc::Channel>& channel) : stub_(v1::Index::NewStub(channel)) {}

  absl::Status CreateCollection(const CollectionSpec& spec, absl::Time deadline) override;
  absl::Status DeleteCollection(absl::string_view name, absl::Time deadline) override;
  absl::StatusOr<CollectionInfo> GetCollection(absl::string_view name, absl::Time deadline) override;
  absl::StatusOr<std::vector<CollectionInfo>> ListCollections(absl::Time deadline) override;
  absl::StatusOr<WriteResult> Upsert(absl::string_view collection, absl::string_view model_id, std::vector<Item> items,
                                     absl::Time deadline) override;
  absl::StatusOr<WriteResult> Delete(absl::string_view collection, std::span<const std::string> ids,
                                     absl::Time deadline) override;
  absl::StatusOr<std::vector<absl::StatusOr<Item>>> Get(absl::string_view collection, std::span<const std::string> ids,
                                                        const GetOptions& options, absl::Time deadline) override;
  absl::StatusOr<std::vector<std::vector<ScoredItem>>> Search(absl::string_view collection, const StoreQuery& query,
                                                              absl::Time deadline) override;
  absl::StatusOr<ItemPage> List(absl::string_view collection, const ListQuery& query, absl::Time deadline) override;
  absl::StatusOr<Facets> GetFacets(absl::string_view collection, const FacetQuery& query, absl::Time deadline) override;
  absl::StatusOr<AuditReport> Audit(absl::string_view collection, bool repair, absl::Time deadline) override;
  absl::Status Backup(const std::function<absl::Status(absl::string_view)>& sink, absl::Time deadline) override;

 private:
  const std::unique_ptr<v1::Index::Stub> stub_;
};

}  // namespace lookalike
