// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "libs/ann/hnsw_index.h"
#include "libs/ann/vector_index.h"
#include "libs/catalog/catalog_store.h"
#include "libs/catalog/group_commit.h"
#include "libs/catalog/item.h"
#include "libs/catalog/sequence_gate.h"
#include "libs/catalog/storage.h"
#include "libs/sync/mutex.h"

namespace lookalike {

// One collection: its items on disk, and beside them in memory what a search needs (ids, attributes, the vector
// index). A write goes to disk first; memory follows before the writer hears of it, so that memory never shows what
// could be lost.
//
// Thread-safe. Method contracts are those of CatalogStore.
class Collection {
 public:
  // How the graph is built; the dimension is the collection's.
  using IndexOptions = HnswIndex::Options;

  // Takes over what the disk knows of the collection and builds the index from it: seconds to minutes, by size.
  // `storage` must outlive the collection.
  static absl::StatusOr<std::unique_ptr<Collection>> Load(StoredCollection stored, IndexOptions index_options,
                                                          Storage* storage);

  CollectionInfo Info() const;

  absl::StatusOr<WriteResult> Upsert(absl::string_view model_id, std::vector<Item> items, absl::Time deadline);
  absl::StatusOr<WriteResult> Delete(std::span<const std::string> ids, absl::Time deadline);
  absl::StatusOr<std::vector<std::vector<ScoredItem>>> Search(const StoreQuery& query, absl::Time deadline) const;
  absl::StatusOr<std::vector<absl::StatusOr<Item>>> Get(std::span<const std::string> ids, const GetOptions& options,
                                                        absl::Time deadline) const;
  absl::StatusOr<ItemPage> List(const ListQuery& query, absl::Time deadline) const;
  absl::StatusOr<AuditReport> Audit(bool repair, absl::Time deadline) const;

  // Deletes the collection from disk; every write after that is NotFound.
  absl::Status Drop();

 private:
  // An item to keep, or the id of one to delete.
  using Operation = std::variant<Item, std::string>;

  // The operations of one call, or the end of the collection, on their way through the commit.
  struct WriteRequest {
    std::vector<Operation> operations;
    bool drop = false;
    WriteResult result;
    absl::Status status;  // of the call as a whole
  };

  Collection(StoredCollection stored, std::unique_ptr<VectorIndex> index, Storage* storage);

  absl::StatusOr<WriteResult> Write(std::vector<Operation> operations, absl::Time deadline);

  // The steps of a commit; only one thread at a time is in any of them (GroupCommit).
  void Commit(std::span<WriteRequest* const> requests);
  absl::Status CommitDrop();
  absl::Status CommitOperations(std::span<WriteRequest* const> requests);
  struct Plan;
  absl::Status PlanOperation(Plan& plan, Operation& operation) const;
  void Apply(WriteRequest& request);
  absl::Status ApplyUpsert(const Item& item) ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_mutex_);
  void ApplyDelete(const std::string& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_mutex_);

  absl::StatusOr<std::vector<ScoredItem>> SearchOne(const Embedding& embedding, const StoreQuery& query) const
      ABSL_SHARED_LOCKS_REQUIRED(state_mutex_);

  // Constant after construction.
  const CollectionSpec spec_;
  const uint32_t number_;
  Storage* const storage_;

  // Guards what searches read. Held exclusively for one item at a time, so that searches slip in between.
  mutable Mutex state_mutex_;
  StoredCollection stored_ ABSL_GUARDED_BY(state_mutex_);
  const std::unique_ptr<VectorIndex> index_;  // its own lock; changed under state_mutex_, together with the two below
  absl::flat_hash_map<std::string, Slot> slot_of_id_ ABSL_GUARDED_BY(state_mutex_);
  // By slot, without embeddings; null where the slot's embedding was removed. The next free slot is its size.
  std::vector<std::unique_ptr<const Item>> items_ ABSL_GUARDED_BY(state_mutex_);
  bool dropped_ ABSL_GUARDED_BY(state_mutex_) = false;

  mutable SequenceGate gate_;  // opened as far as stored_.sequence; follows it, under no lock
  GroupCommit<WriteRequest> commit_;
};

}  // namespace lookalike
