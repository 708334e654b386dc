// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <grpcpp/server.h>

#include "lookalike/v1/index.grpc.pb.h"

namespace lookalike {

// An index without a disk, in the test's own process, that does what its members say: right as long as nobody has
// changed them, and wrong in any way that a test wants to see reported.
class FakeIndex final : public v1::Index::Service {
 public:
  struct Collection {
    v1::Collection info;  // items is counted, unless `items_claimed` says otherwise
    std::map<std::string, v1::Item> items;
    std::optional<uint64_t> items_claimed;
    std::vector<v1::Item> listed_besides;           // List shows these too, at its end
    std::map<std::string, v1::Item> found_besides;  // Search finds these too
    std::map<std::string, float> score_error;       // added to an item's score
    std::vector<std::string> never_found;           // Search does not find these
    bool ignores_filters = false;
    std::optional<v1::AuditResponse> audit;  // Audit is UNIMPLEMENTED without
    grpc::Status list_status;                // what List comes to, where not OK
  };

  FakeIndex();
  ~FakeIndex() override;

  std::map<std::string, Collection> collections;

  std::shared_ptr<grpc::Channel> Connect();

  grpc::Status ListCollections(grpc::ServerContext*, const v1::ListCollectionsRequest*,
                               v1::ListCollectionsResponse* response) override;
  grpc::Status GetCollection(grpc::ServerContext*, const v1::GetCollectionRequest* request,
                             v1::Collection* response) override;
  grpc::Status List(grpc::ServerContext*, const v1::ListRequest* request, v1::ListResponse* response) override;
  grpc::Status Get(grpc::ServerContext*, const v1::IndexGetRequest* request, v1::IndexGetResponse* response) override;
  grpc::Status Search(grpc::ServerContext*, const v1::IndexSearchRequest* request,
                      v1::IndexSearchResponse* response) override;
  grpc::Status Audit(grpc::ServerContext*, const v1::AuditRequest* request, v1::AuditResponse* response) override;

 private:
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace lookalike
