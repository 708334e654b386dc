// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/catalog/item.h"

namespace lookalike {

// A collection as the disk knows it.
struct StoredCollection {
  uint32_t number = 0;  // its name on disk, never given twice in the life of a data directory
  CollectionSpec spec = {};
  uint64_t sequence = 0;  // of its last write
  AttributeSchema schema = {};
};

// The store of record: every collection and item, in RocksDB. Each method that writes returns when the write is synced
// to disk, whole or not at all. What it keeps under which keys is docs/storage.md.
//
// Thread-safe. Errors: ResourceExhausted for a full disk, DataLoss for a record that cannot be read, Internal for any
// other fault of the disk.
class Storage {
 public:
  // One change of a write: an item to keep (with its sequence number set) or the id of one to delete.
  using Change = std::variant<const Item*, absl::string_view>;

  // Opens the data directory, and makes it where there is none. FailedPrecondition where another process has it open,
  // or it holds something else or a format that this version does not know; PermissionDenied where it cannot be
  // written.
  static absl::StatusOr<std::unique_ptr<Storage>> Open(const std::string& directory);
  ~Storage();

  // Ordered by name.
  absl::StatusOr<std::vector<StoredCollection>> LoadCollections() const;
  absl::StatusOr<StoredCollection> CreateCollection(const CollectionSpec& spec);
  absl::Status DeleteCollection(const StoredCollection& collection);

  // Applies `changes` in their order and sets the collection's sequence number, and its schema where that is new, to
  // those of `collection`.
  absl::Status Write(const StoredCollection& collection, std::span<const Change> changes, bool new_schema);

  // Calls `visit` with each item that comes after the id `after` (empty: all), ordered by id, until it returns false.
  absl::Status ForEachItem(const StoredCollection& collection, absl::string_view after, bool with_embeddings,
                           const std::function<bool(Item)>& visit) const;

  // One result for each id, all of the same moment: the item, or NotFound.
  absl::StatusOr<std::vector<absl::StatusOr<Item>>> Read(const StoredCollection& collection,
                                                         std::span<const std::string> ids, bool with_embeddings) const;

  // Bytes of all files in the data directory.
  uint64_t DiskBytes() const;

 private:
  struct Database;  // RocksDB's handles
  Storage(std::string directory, std::unique_ptr<Database> database);

  absl::Status CheckFormat();

  const std::string directory_;
  const std::unique_ptr<Database> database_;
};

}  // namespace lookalike
