// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "libs/ann/hnsw_index.h"
#include "libs/catalog/catalog_store.h"
#include "libs/catalog/generation.h"
#include "libs/catalog/group_commit.h"
#include "libs/catalog/item.h"
#include "libs/catalog/item_directory.h"
#include "libs/catalog/sequence_gate.h"
#include "libs/catalog/storage.h"
#include "libs/file/blocks.h"
#include "libs/sync/mutex.h"

namespace lookalike {

// One collection: its items on disk, and beside them in memory what a search needs (ids, attributes, the vector
// index). A write goes to disk first; memory follows before the writer hears of it, so that memory never shows what
// could be lost. docs/storage.md states what holds at every moment, and what a start makes of what a crash left.
//
// Thread-safe. Method contracts are those of CatalogStore.
class Collection {
 public:
  struct Options {
    HnswIndex::Options index;  // its dimension is the collection's

    // Embeddings that may wait to be linked into the graph. Searches scan them: 65,536 of 512 dimensions cost some 3
    // ms. While there are more, writes wait, and are RESOURCE_EXHAUSTED after max_backlog_wait.
    size_t max_backlog = 65'536;
    absl::Duration max_backlog_wait = absl::Seconds(10);

    // The index is rebuilt, in the background, when tombstones are more than this share of the images …
    double rebuild_share = 0.2;
    // … or more than this one and nothing was written for idle_time.
    double idle_rebuild_share = 0.05;
    absl::Duration idle_time = absl::Seconds(30);
    // Fewer tombstones than this are let be.
    size_t least_tombstones = 1000;

    // How long the version of a deleted item is remembered.
    absl::Duration deletion_memory = absl::Hours(7 * 24);

    // How long changes go without a snapshot. A start reads the snapshot and then, item by item, what came after it.
    absl::Duration snapshot_interval = absl::Minutes(10);
    std::string snapshot_directory;  // where snapshots are; exists
  };

  // Takes over what the disk knows of the collection: the snapshot and what was written after it, or, where there is no
  // snapshot that can be used, all items. `storage` must outlive the collection.
  static absl::StatusOr<std::unique_ptr<Collection>> Load(StoredCollection stored, const Options& options,
                                                          Storage* storage);

  CollectionInfo Info() const;

  absl::StatusOr<WriteResult> Upsert(absl::string_view model_id, std::vector<Item> items, absl::Time deadline);
  absl::StatusOr<WriteResult> UpdateAttributes(std::vector<AttributeUpdate> updates, absl::Time deadline);
  absl::StatusOr<WriteResult> Delete(std::vector<ItemDeletion> deletions, absl::Time deadline);
  absl::StatusOr<std::vector<std::vector<ScoredItem>>> Search(const StoreQuery& query, absl::Time deadline) const;
  absl::StatusOr<std::vector<absl::StatusOr<Item>>> Get(std::span<const std::string> ids, const GetOptions& options,
                                                        absl::Time deadline) const;
  absl::StatusOr<std::string> GetThumbnail(absl::string_view id, size_t image) const;
  absl::StatusOr<ItemPage> List(const ListQuery& query, absl::Time deadline) const;
  absl::StatusOr<Facets> GetFacets(const FacetQuery& query, absl::Time deadline) const;
  absl::StatusOr<AuditReport> Audit(bool repair, absl::Time deadline);

  absl::Status SetRankingProfile(absl::string_view name, std::string profile);
  absl::Status DeleteRankingProfile(absl::string_view name);

  // Deletes the collection from disk; every write after that is NotFound.
  absl::Status Drop();

  // Does what is due: fits the mean, rebuilds the index, saves a snapshot, forgets old deletions. Blocks for as long as
  // that takes; gives up, leaving things as they were, soon after Stop(). One thread at a time.
  absl::Status Maintain();
  // The two jobs by themselves, due or not.
  absl::Status Rebuild();
  absl::Status SaveSnapshot();
  // Whether there is anything that the snapshot on disk lacks.
  bool HasUnsavedChanges() const;
  void Stop() { stopping_ = true; }

  // Where its snapshot is, or will be.
  std::string SnapshotPath() const;

 private:
  // Once it has been planned, an AttributeUpdate is the item as it will be, its images without embeddings: those stay.
  using Operation = std::variant<Item, AttributeUpdate, ItemDeletion>;

  // The operations of one call on their way through the commit, or a job that must run while nothing is committed.
  struct WriteRequest {
    std::vector<Operation> operations = {};
    std::function<absl::Status()> job = nullptr;
    WriteResult result = {};
    absl::Status status = {};  // of the call as a whole
  };

  Collection(StoredCollection stored, const Options& options, Storage* storage);

  // Loading (collection_load.cc); nobody else has the collection yet.
  absl::Status LoadState() ABSL_LOCKS_EXCLUDED(state_mutex_);
  absl::Status LoadFromSnapshot() ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_mutex_);
  absl::Status LoadFromStore() ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_mutex_);
  absl::Status ReplayJournal(uint64_t after) ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_mutex_);
  absl::Status PutMissingEmbeddings() ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_mutex_);
  absl::Status TakeFromStore(std::span<const std::string> ids) ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_mutex_);

  // Writing.
  absl::StatusOr<WriteResult> Write(std::vector<Operation> operations, absl::Time deadline);
  absl::Status WaitForBacklog(absl::Time deadline) const;
  // Runs a job in the order of commits, with none beside it.
  absl::Status RunAlone(std::function<absl::Status()> job);
  // The steps of a commit; only one thread at a time is in any of them (GroupCommit).
  void Commit(std::span<WriteRequest* const> requests);
  absl::Status CommitOperations(std::span<WriteRequest* const> requests);
  struct Plan;
  absl::StatusOr<bool> PlanOperation(Plan& plan, Operation& operation) const;
  absl::Status PlanUpsert(Plan& plan, uint64_t version, Item& item) const;
  absl::Status PlanUpdate(Plan& plan, uint64_t version, const Item& before, Operation& operation) const;
  static void DropThumbnails(Plan& plan, const Item* before, const Item* after);
  struct Known;
  absl::StatusOr<Known> WhatIsKnownOf(const Plan& plan, const std::string& id) const;
  void Apply(WriteRequest& request);
  absl::Status ApplyUpsert(Item item) ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_mutex_);
  void ApplyDelete(const std::string& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_mutex_);
  void RemoveFromIndexes(Slot slot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_mutex_);
  static absl::Status PutImages(Generation& generation, std::span<const Slot> slots,
                                const std::vector<ItemImage>& images);
  bool IsIndexed(Slot first) const ABSL_SHARED_LOCKS_REQUIRED(state_mutex_);

  // Searching (collection_search.cc).
  struct View;
  View TakeView(const Filter& filter) const ABSL_SHARED_LOCKS_REQUIRED(state_mutex_);
  absl::StatusOr<std::vector<ScoredItem>> SearchOne(std::span<const Embedding> parts, const StoreQuery& query,
                                                    View& view) const;
  absl::StatusOr<std::vector<Neighbor>> FindNeighbors(std::span<const Embedding> parts, const StoreQuery& query,
                                                      size_t images, const View& view) const;
  // An item and its best image.
  struct Found {
    ItemDirectory::ItemPointer item;
    uint32_t image;
    float similarity;
    Embedding embedding;  // where the query wants it
  };
  enum class Sight { kWhole, kTooFewImages, kOutdated };
  Sight Resolve(const StoreQuery& query, const View& view, size_t images, const std::vector<Neighbor>& neighbors,
                std::vector<Found>& found) const ABSL_SHARED_LOCKS_REQUIRED(state_mutex_);
  bool IsCurrent(const Neighbor& neighbor, const StoreQuery& query, const View& view) const
      ABSL_SHARED_LOCKS_REQUIRED(state_mutex_);
  static std::vector<ScoredItem> ToResults(std::vector<Found> found, const StoreQuery& query);

  // Keeping in shape (collection_maintenance.cc).
  bool NeedsRebuild() const;
  absl::Status ForgetDeletions();
  bool NeedsSnapshot() const;
  HnswIndex::Options IndexOptions() const;
  absl::StatusOr<StoredMean> FitMean() const;
  absl::StatusOr<StoredMean> MeanForRebuild() const;
  absl::Status CopyItemsTo(Generation& next);
  uint64_t LastWrite() const ABSL_LOCKS_EXCLUDED(state_mutex_);  // its sequence number
  bool HasCaughtUp(const Generation& next) const;
  absl::Status CopySlotsTo(Generation& next, Slot begin, Slot end);
  absl::Status CopyImagesTo(Generation& next, const Item& stored) ABSL_LOCKS_EXCLUDED(state_mutex_);
  absl::Status SwapIn(const Generation& next, std::shared_ptr<Generation>& old) ABSL_LOCKS_EXCLUDED(state_mutex_);
  void AbandonRebuild();
  // Finds what the graph does not lead to, and links it.
  void MendGraph() ABSL_LOCKS_EXCLUDED(state_mutex_);

  // The snapshot file (collection_snapshot.cc).
  absl::Status WriteSnapshot(BlockWriter& writer, uint64_t sequence, const Generation& generation) const;
  absl::Status WriteItems(BlockWriter& writer) const;
  // Reads it into items_ and generation_, and gives the sequence number that it covers.
  absl::StatusOr<uint64_t> ReadSnapshot(const StoredMean& mean) ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_mutex_);
  absl::StatusOr<uint64_t> ReadItems(BlockReader& reader, const StoredMean& mean)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_mutex_);

  // Auditing (collection_audit.cc).
  absl::StatusOr<std::vector<std::string>> FindSuspicious(AuditReport& report) const;
  bool IsHeldAs(const Item& stored) const ABSL_SHARED_LOCKS_REQUIRED(state_mutex_);
  absl::Status AuditItems(const std::vector<std::string>& ids, bool repair, AuditReport& report);
  absl::Status AuditItem(const std::string& id, const absl::StatusOr<Item>& stored, bool repair, AuditReport& report)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_mutex_);

  std::shared_ptr<Generation> CurrentGeneration() const;
  StoredCollection identity() const { return {.number = number_, .spec = spec_}; }

  // Constant after construction.
  const Options options_;
  const CollectionSpec spec_;
  const uint32_t number_;
  Storage* const storage_;

  std::atomic<bool> stopping_ = false;

  // Guards what searches read. Held exclusively for one item at a time, so that searches slip in between, and never
  // while a search compares embeddings.
  mutable Mutex state_mutex_;
  StoredCollection stored_ ABSL_GUARDED_BY(state_mutex_);
  ItemDirectory items_ ABSL_GUARDED_BY(state_mutex_);
  RankingProfiles ranking_profiles_ ABSL_GUARDED_BY(state_mutex_);
  std::shared_ptr<Generation> generation_ ABSL_GUARDED_BY(state_mutex_);
  // The one that a rebuild is filling; null where there is none. Every write goes to both.
  std::shared_ptr<Generation> next_ ABSL_GUARDED_BY(state_mutex_);
  bool dropped_ ABSL_GUARDED_BY(state_mutex_) = false;
  // The highest sequence number of an item in items_: ahead of stored_ while a group is being applied.
  uint64_t applied_ ABSL_GUARDED_BY(state_mutex_) = 0;
  absl::Time last_write_ ABSL_GUARDED_BY(state_mutex_) = absl::InfinitePast();
  // How often a rebuild or an audit changed what no write did: now, and when the last snapshot was begun.
  uint64_t reshapings_ ABSL_GUARDED_BY(state_mutex_) = 0;
  uint64_t snapshot_reshapings_ ABSL_GUARDED_BY(state_mutex_) = 0;
  absl::Time last_forgetting_ = absl::InfinitePast();  // of deletions; the maintenance's own
  // For Info().
  const absl::Time loaded_ = absl::Now();
  uint64_t snapshot_sequence_ ABSL_GUARDED_BY(state_mutex_) = 0;
  absl::Time snapshot_time_ ABSL_GUARDED_BY(state_mutex_) = absl::InfinitePast();
  uint64_t snapshot_bytes_ ABSL_GUARDED_BY(state_mutex_) = 0;
  uint64_t rebuilds_ ABSL_GUARDED_BY(state_mutex_) = 0;
  uint64_t unreachable_ ABSL_GUARDED_BY(state_mutex_) = 0;

  mutable SequenceGate gate_;  // opened as far as stored_.sequence; follows it, under no lock
  GroupCommit<WriteRequest> commit_;
};

}  // namespace lookalike
