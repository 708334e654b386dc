// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/catalog/catalog_store.h"
#include "libs/catalog/collection.h"
#include "libs/catalog/periodic.h"
#include "libs/catalog/storage.h"
#include "libs/sync/mutex.h"

namespace lookalike {

// The catalog store of this process: a data directory with its collections.
class Catalog : public CatalogStore {
 public:
  struct Options {
    std::string data_directory;
    Collection::Options collection;  // of every collection; of its index the dimension and the permits, and the
                                     // snapshot directory, are ignored

    StorageObserver observer;  // of every commit

    // Between two looks at what the collections need: a rebuild, a snapshot.
    absl::Duration maintenance_pause = absl::Seconds(1);
    // Between two tries to write again after the disk was full.
    absl::Duration healing_pause = absl::Seconds(1);
  };

  // Opens the data directory (errors: Storage::Open) and loads every collection in it.
  static absl::StatusOr<std::unique_ptr<Catalog>> Open(const Options& options);
  // Ends what goes on in the background, and saves a snapshot of each collection that has changed since its last.
  ~Catalog() override;

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

  // Bytes of all files in the data directory.
  uint64_t DiskBytes() const { return storage_->DiskBytes(); }

 private:
  Catalog(Options options, std::unique_ptr<Storage> storage);

  absl::Status Load();
  void RemoveLeftovers() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void Heal();
  void Maintain();
  std::vector<std::shared_ptr<Collection>> Collections() const;
  // Shared, so that a collection deleted meanwhile lives until its last call has returned.
  absl::StatusOr<std::shared_ptr<Collection>> Find(absl::string_view name) const;

  Options options_;  // constant after construction
  const std::unique_ptr<Storage> storage_;
  Permits link_permits_;  // of all indexes together

  mutable Mutex mutex_;
  std::map<std::string, std::shared_ptr<Collection>, std::less<>> collections_ ABSL_GUARDED_BY(mutex_);

  std::unique_ptr<Periodic> healing_;      // of the disk, which must not wait for a rebuild
  std::unique_ptr<Periodic> maintenance_;  // of one collection after the other
};

}  // namespace lookalike
