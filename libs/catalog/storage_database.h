// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <rocksdb/db.h>
#include <rocksdb/listener.h>
#include <rocksdb/write_batch.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "libs/catalog/storage.h"

// RocksDB as Storage uses it. For the sources of Storage alone: no other header includes this one.
namespace lookalike {

inline constexpr char kFormatVersion[] = "3";
inline constexpr char kFormatOfOneImage[] = "2";
inline constexpr char kFormatWithoutJournal[] = "1";

// Keys of the default column family.
inline constexpr char kFormatKey[] = "format";
inline constexpr char kNextNumberKey[] = "next_collection";
inline constexpr char kCollectionPrefix[] = "collection/";
std::string CollectionKey(absl::string_view name);
std::string SequenceKey(uint32_t number);
std::string SchemaKey(uint32_t number);
std::string MeanKey(uint32_t number);
// Before a ranking profile's name.
std::string RankingPrefix(uint32_t number);

// Of the store in a data directory, and of one that is being restored.
std::string StorePath(const std::string& directory);
std::string RestoringPath(const std::string& directory);

// Makes the data directory where it is not there. Says early and clearly what RocksDB would say late and in its own
// words.
absl::Status PrepareDirectory(const std::string& directory);

inline absl::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }
inline rocksdb::Slice ToSlice(absl::string_view view) { return {view.data(), view.size()}; }

// RocksDB's status as ours, with what was being done.
absl::Status ToStatus(const rocksdb::Status& status, absl::string_view what);

// An error with the place it is of before its message.
absl::Status Located(const absl::Status& status, absl::string_view place);

// As messages name a collection.
std::string Naming(const StoredCollection& collection);

// Hears of errors that stop all writes. RocksDB is kept from its own way out of a full disk, which can take more than a
// minute and bars any other meanwhile: Storage::Heal is the way.
class WriteErrors : public rocksdb::EventListener {
 public:
  // So far.
  uint64_t count() const { return count_; }
  void Add() { ++count_; }

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override;
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason reason, rocksdb::Status error, bool* automatic) override;

 private:
  std::atomic<uint64_t> count_{0};
};

// The handles of an open store.
struct Storage::Database {
  std::string path;
  StorageObserver observer;
  std::shared_ptr<WriteErrors> errors = std::make_shared<WriteErrors>();
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::ColumnFamilyHandle* meta = nullptr;        // formats, collections, counters
  rocksdb::ColumnFamilyHandle* items = nullptr;       // ItemKey → EncodeItem
  rocksdb::ColumnFamilyHandle* embeddings = nullptr;  // ItemKey → EncodeEmbeddings
  rocksdb::ColumnFamilyHandle* journal = nullptr;     // JournalKey → EncodeChange

  // Opens the store in the folder `path`, and makes it where there is none.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path, StorageObserver observer);
  ~Database();

  rocksdb::ColumnFamilyHandle* deletions = nullptr;  // ItemKey → EncodeDeletion

  rocksdb::ColumnFamilyHandle* thumbnails = nullptr;  // ThumbnailKey → a JPEG

  // Those whose keys begin with a collection's number.
  std::vector<rocksdb::ColumnFamilyHandle*> of_items() const {
    return {items, embeddings, journal, deletions, thumbnails};
  }
  std::vector<rocksdb::ColumnFamilyHandle*> families() const {
    return {meta, items, embeddings, journal, deletions, thumbnails};
  }

  // Adds the records of an item, or what takes them away, to `batch`.
  void Put(uint32_t collection_number, const Item& item, rocksdb::WriteBatch& batch) const;
  void Delete(uint32_t collection_number, const Deletion& deletion, rocksdb::WriteBatch& batch) const;

  // A record of the default column family, or nullopt where there is none. `what` stands for it in an error.
  absl::StatusOr<std::optional<std::string>> Get(const std::string& key, absl::string_view what) const;
  // Writes and syncs. `changes`: of items, for the observer.
  absl::Status Commit(rocksdb::WriteBatch& batch, size_t changes = 0);

  bool healthy() const { return !full && errors->count() == errors_healed; }
  absl::Status Heal();
  // ResourceExhausted where the disk has not the space for `bytes` more and for what the memtables hold.
  absl::Status CheckSpace(uint64_t bytes);

  std::atomic<bool> full{false};           // as the last CheckSpace found
  std::atomic<uint64_t> errors_healed{0};  // of errors->count()
};

}  // namespace lookalike
