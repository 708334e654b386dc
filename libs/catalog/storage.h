// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
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
#include "absl/time/time.h"

#include "libs/catalog/item.h"
#include "libs/file/blocks.h"

namespace lookalike {

// A collection as the disk knows it.
struct StoredCollection {
  uint32_t number = 0;  // its name on disk, never given twice in the life of a data directory
  CollectionSpec spec = {};
  uint64_t sequence = 0;  // of its last write
  AttributeSchema schema = {};
};

// The mean that a centered collection's similarities are in force under.
struct StoredMean {
  Embedding mean;      // of the collection's dimension; not normalised
  uint64_t items = 0;  // of whose images it is the mean
};

// What is remembered of an item that was deleted with a version.
struct StoredDeletion {
  uint64_t version = 0;
  absl::Time time;
};

// One change of the journal. `id` is valid during the visit.
struct JournalEntry {
  uint64_t sequence = 0;
  absl::string_view id;
  bool deleted = false;  // else written
};

// Told of every commit, for metrics. Called in the thread of the write; an empty function is not called.
struct StorageObserver {
  std::function<void(size_t)> on_commit_items = {};  // the changes that share a commit, before it
  std::function<void(absl::Duration)> on_sync = {};  // what the commit took, its sync above all; also where it failed
};

// The store of record: every collection and item, in RocksDB. Each method that writes returns when the write is synced
// to disk, whole or not at all. What it keeps under which keys is docs/storage.md.
//
// Beside the items it keeps a journal: which id was written or deleted at which sequence number. Whoever has a copy of
// a collection as it was at some sequence number learns from it what has changed since.
//
// Thread-safe. Errors: ResourceExhausted for a full disk, DataLoss for a record that cannot be read, Internal for any
// other fault of the disk. They name what was being read or written.
class Storage {
 public:
  struct Deletion {
    absl::string_view id;
    uint64_t sequence = 0;
    uint64_t version = 0;  // to be remembered; 0: none, and one of before is forgotten
    absl::Time time = {};  // of the deletion
  };
  struct DroppedThumbnail {
    absl::string_view id;
    absl::string_view digest;
  };
  // One change of a write: an item to keep (with its sequence numbers set), one to delete, or a thumbnail that is of no
  // use any more. It must live until the write returns. An item whose images have no embeddings keeps those that it
  // has; thumbnails stay until they are dropped.
  using Change = std::variant<const Item*, Deletion, DroppedThumbnail>;

  // Opens the data directory, and makes it where there is none. FailedPrecondition where another process has it open,
  // or it holds something else, a restore that was not finished or a format that this version does not know;
  // PermissionDenied where it cannot be written. A directory of an earlier format becomes one of this.
  static absl::StatusOr<std::unique_ptr<Storage>> Open(const std::string& directory, StorageObserver observer = {});
  ~Storage();

  // Ordered by name.
  absl::StatusOr<std::vector<StoredCollection>> LoadCollections() const;
  absl::StatusOr<StoredCollection> CreateCollection(const CollectionSpec& spec);
  // With its items, its journal and its mean.
  absl::Status DeleteCollection(const StoredCollection& collection);

  // Applies `changes` in their order, enters them in the journal, and sets the collection's sequence number, and its
  // schema where that is new, to those of `collection`.
  absl::Status Write(const StoredCollection& collection, std::span<const Change> changes, bool new_schema);

  // Calls `visit` with each item that comes after the id `after` (empty: all), ordered by id, until it returns false.
  absl::Status ForEachItem(const StoredCollection& collection, absl::string_view after, bool with_embeddings,
                           const std::function<bool(Item)>& visit) const;

  // One result for each id, all of the same moment: the item, or NotFound.
  absl::StatusOr<std::vector<absl::StatusOr<Item>>> Read(const StoredCollection& collection,
                                                         std::span<const std::string> ids, bool with_embeddings) const;

  // Calls `visit` with each change of the journal that came after `sequence`, in their order, until it returns false.
  absl::Status ForEachChangeAfter(const StoredCollection& collection, uint64_t sequence,
                                  const std::function<bool(const JournalEntry&)>& visit) const;
  // Removes the journal's changes up to and with `through_sequence`. Not synced: a power loss may bring them back.
  absl::Status TrimJournal(const StoredCollection& collection, uint64_t through_sequence);

  // Of the id's last deletion; nullopt where it had no version, or is forgotten.
  absl::StatusOr<std::optional<StoredDeletion>> ReadDeletion(const StoredCollection& collection,
                                                             absl::string_view id) const;
  // Forgets those before `time`. Not synced.
  absl::Status ForgetDeletions(const StoredCollection& collection, absl::Time time);

  // The thumbnail that was kept under an item's id and the digest of its image; nullopt where there is none.
  absl::StatusOr<std::optional<std::string>> ReadThumbnail(const StoredCollection& collection, absl::string_view id,
                                                           absl::string_view digest) const;

  absl::Status WriteMean(const StoredCollection& collection, const StoredMean& mean);
  // nullopt where none was written.
  absl::StatusOr<std::optional<StoredMean>> ReadMean(const StoredCollection& collection) const;

  absl::Status WriteRankingProfile(const StoredCollection& collection, absl::string_view name,
                                   absl::string_view profile);
  absl::Status DeleteRankingProfile(const StoredCollection& collection, absl::string_view name);
  absl::StatusOr<RankingProfiles> ReadRankingProfiles(const StoredCollection& collection) const;

  // Everything but the journals, as it is at one moment, as a stream of checked blocks in pieces of 1 MiB
  // (docs/storage.md). Writes go on meanwhile. An error of the sink ends it.
  absl::Status Backup(const ByteSink& sink) const;
  // Makes of a backup the store of `directory`, which is made where it is not there. The store appears when the whole
  // backup has been read and checked, or not at all. FailedPrecondition where the directory has a store already, or the
  // stream is no backup or of a format that this version does not know; DataLoss for a damaged one.
  static absl::Status Restore(const std::string& directory, BlockReader& backup);
  // Reads and checks as Restore does, and writes nothing.
  static absl::Status CheckBackup(BlockReader& backup);

  // False from an error that stops all writes, a full disk above all, until it has healed.
  bool healthy() const;
  // Tries to get over such an error: OK where writes are possible, else what stands in the way. Reads go on all the
  // while. Costs nothing while the store is healthy: call it every second, from one thread.
  absl::Status Heal();

  // A name that no other store has, a restored one neither. What is derived from a store, a snapshot of an index for
  // one, carries it, so that it is never taken for another's, whose sequence numbers may be the same.
  absl::StatusOr<std::string> Identity() const;

  // Bytes of all files in the data directory.
  uint64_t DiskBytes() const;

 private:
  struct Database;  // RocksDB's handles
  Storage(std::string directory, std::unique_ptr<Database> database);

  static absl::Status WriteRestored(const std::string& path, BlockReader& backup);
  absl::Status CheckFormat();
  absl::Status LoadState(StoredCollection& collection) const;

  const std::string directory_;
  const std::unique_ptr<Database> database_;
};

}  // namespace lookalike
