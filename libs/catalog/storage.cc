// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/storage.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/catalog/record.h"

namespace lookalike {
namespace {

namespace fs = std::filesystem;

constexpr char kFormatKey[] = "format";
constexpr char kFormatVersion[] = "1";
constexpr char kNextNumberKey[] = "next_collection";
constexpr char kCollectionPrefix[] = "collection/";

std::string CollectionKey(absl::string_view name) { return absl::StrCat(kCollectionPrefix, name); }
std::string SequenceKey(uint32_t number) { return absl::StrCat("sequence/", number); }
std::string SchemaKey(uint32_t number) { return absl::StrCat("schema/", number); }

absl::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

absl::Status ToStatus(const rocksdb::Status& status, absl::string_view what) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = absl::StrCat(what, ": ", status.ToString());
  if (status.IsNoSpace()) return absl::ResourceExhaustedError(absl::StrCat("the disk is full: ", message));
  if (status.IsCorruption()) return absl::DataLossError(message);
  return absl::InternalError(message);
}

absl::Status OpenError(const rocksdb::Status& status, const std::string& directory) {
  const std::string reason = status.ToString();
  if (absl::StrContains(reason, "lock")) {
    return absl::FailedPreconditionError(
        absl::StrCat("data directory \"", directory, "\" is in use by another process (", reason, ")"));
  }
  if (status.IsInvalidArgument()) {
    return absl::FailedPreconditionError(
        absl::StrCat("data directory \"", directory, "\" holds something that is not Lookalike's (", reason, ")"));
  }
  return ToStatus(status, absl::StrCat("opening data directory \"", directory, "\""));
}

// Says early and clearly what RocksDB would say late and in its own words.
absl::Status PrepareDirectory(const std::string& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    return absl::PermissionDeniedError(
        absl::StrCat("data directory \"", directory, "\" cannot be made: ", error.message()));
  }
  const fs::path probe = fs::path(directory) / "write-probe";
  std::FILE* file = std::fopen(probe.c_str(), "w");
  if (file == nullptr) {
    return absl::PermissionDeniedError(absl::StrCat("data directory \"", directory, "\" cannot be written: ",
                                                    std::error_code(errno, std::generic_category()).message()));
  }
  std::fclose(file);
  fs::remove(probe, error);
  return absl::OkStatus();
}

rocksdb::Options DatabaseOptions() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.keep_log_file_num = 4;  // RocksDB's own diary, not data
  options.max_total_wal_size = 256 << 20;
  return options;
}

// Embeddings are floats with full mantissas: no general compressor makes them smaller.
rocksdb::ColumnFamilyOptions EmbeddingOptions() {
  rocksdb::ColumnFamilyOptions options;
  options.compression = rocksdb::kNoCompression;
  return options;
}

rocksdb::WriteOptions Synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

}  // namespace

struct Storage::Database {
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::ColumnFamilyHandle* meta = nullptr;        // formats, collections, counters
  rocksdb::ColumnFamilyHandle* items = nullptr;       // ItemKey → EncodeItem
  rocksdb::ColumnFamilyHandle* embeddings = nullptr;  // ItemKey → EncodeEmbedding

  ~Database() {
    for (rocksdb::ColumnFamilyHandle* handle : {meta, items, embeddings}) {
      if (handle != nullptr) db->DestroyColumnFamilyHandle(handle);
    }
  }

  absl::Status Commit(rocksdb::WriteBatch& batch) {
    return ToStatus(db->Write(Synced(), &batch), "writing to the store");
  }
};

Storage::Storage(std::string directory, std::unique_ptr<Database> database)
    : directory_(std::move(directory)), database_(std::move(database)) {}

Storage::~Storage() = default;

absl::StatusOr<std::unique_ptr<Storage>> Storage::Open(const std::string& directory) {
  if (absl::Status status = PrepareDirectory(directory); !status.ok()) return status;
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, {}}, {"items", {}}, {"embeddings", EmbeddingOptions()}};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened =
      rocksdb::DB::Open(DatabaseOptions(), (fs::path(directory) / "store").string(), families, &handles, &db);
  if (!opened.ok()) return OpenError(opened, directory);
  auto database = std::make_unique<Database>();
  database->db.reset(db);
  database->meta = handles[0];
  database->items = handles[1];
  database->embeddings = handles[2];
  auto storage = std::unique_ptr<Storage>(new Storage(directory, std::move(database)));
  if (absl::Status status = storage->CheckFormat(); !status.ok()) return status;
  return storage;
}

// A new directory gets this version's mark; an old one must carry it.
absl::Status Storage::CheckFormat() {
  std::string found;
  const rocksdb::Status status = database_->db->Get({}, database_->meta, kFormatKey, &found);
  if (status.IsNotFound()) {
    rocksdb::WriteBatch batch;
    batch.Put(database_->meta, kFormatKey, kFormatVersion);
    return database_->Commit(batch);
  }
  if (!status.ok()) return ToStatus(status, "reading the format of the store");
  if (found == kFormatVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("data directory \"", directory_, "\" has format ", found,
                                                    "; this version of Lookalike reads format ", kFormatVersion));
}

absl::StatusOr<std::vector<StoredCollection>> Storage::LoadCollections() const {
  std::vector<StoredCollection> collections;
  const auto iterator = std::unique_ptr<rocksdb::Iterator>(database_->db->NewIterator({}, database_->meta));
  for (iterator->Seek(kCollectionPrefix);
       iterator->Valid() && absl::StartsWith(ToView(iterator->key()), kCollectionPrefix); iterator->Next()) {
    StoredCollection collection;
    absl::Status status = DecodeSpec(ToView(iterator->value()), collection.number, collection.spec);
    if (!status.ok()) return status;
    std::string value;
    if (database_->db->Get({}, database_->meta, SequenceKey(collection.number), &value).ok()) {
      absl::StatusOr<uint64_t> sequence = DecodeUint64(value);
      if (!sequence.ok()) return sequence.status();
      collection.sequence = *sequence;
    }
    if (database_->db->Get({}, database_->meta, SchemaKey(collection.number), &value).ok()) {
      absl::StatusOr<AttributeSchema> schema = DecodeSchema(value);
      if (!schema.ok()) return schema.status();
      collection.schema = *std::move(schema);
    }
    collections.push_back(std::move(collection));
  }
  if (absl::Status status = ToStatus(iterator->status(), "reading the collections"); !status.ok()) return status;
  return collections;
}

absl::StatusOr<StoredCollection> Storage::CreateCollection(const CollectionSpec& spec) {
  StoredCollection collection;
  collection.spec = spec;
  std::string value;
  const rocksdb::Status found = database_->db->Get({}, database_->meta, kNextNumberKey, &value);
  if (!found.ok() && !found.IsNotFound()) return ToStatus(found, "reading the number of collections");
  if (found.ok()) {
    absl::StatusOr<uint64_t> number = DecodeUint64(value);
    if (!number.ok()) return number.status();
    collection.number = static_cast<uint32_t>(*number);
  }
  rocksdb::WriteBatch batch;
  batch.Put(database_->meta, kNextNumberKey, EncodeUint64(collection.number + 1));
  batch.Put(database_->meta, CollectionKey(spec.name), EncodeSpec(collection.number, spec));
  if (absl::Status status = database_->Commit(batch); !status.ok()) return status;
  return collection;
}

absl::Status Storage::DeleteCollection(const StoredCollection& collection) {
  const std::string begin = ItemKey(collection.number, "");
  const std::string end = EndOfCollection(collection.number);
  rocksdb::WriteBatch batch;
  batch.Delete(database_->meta, CollectionKey(collection.spec.name));
  batch.Delete(database_->meta, SequenceKey(collection.number));
  batch.Delete(database_->meta, SchemaKey(collection.number));
  batch.DeleteRange(database_->items, begin, end);
  batch.DeleteRange(database_->embeddings, begin, end);
  return database_->Commit(batch);
}

absl::Status Storage::Write(const StoredCollection& collection, std::span<const Change> changes, bool new_schema) {
  rocksdb::WriteBatch batch;
  for (const Change& change : changes) {
    if (const Item* const* item = std::get_if<const Item*>(&change)) {
      const std::string key = ItemKey(collection.number, (*item)->id);
      batch.Put(database_->items, key, EncodeItem(**item));
      batch.Put(database_->embeddings, key, EncodeEmbedding((*item)->embedding));
    } else {
      const std::string key = ItemKey(collection.number, std::get<absl::string_view>(change));
      batch.Delete(database_->items, key);
      batch.Delete(database_->embeddings, key);
    }
  }
  batch.Put(database_->meta, SequenceKey(collection.number), EncodeUint64(collection.sequence));
  if (new_schema) batch.Put(database_->meta, SchemaKey(collection.number), EncodeSchema(collection.schema));
  return database_->Commit(batch);
}

absl::Status Storage::ForEachItem(const StoredCollection& collection, absl::string_view after, bool with_embeddings,
                                  const std::function<bool(Item)>& visit) const {
  const std::string end = EndOfCollection(collection.number);
  const rocksdb::Slice upper_bound = end;
  // Both iterators see the store as it is now, and hold the same keys: every write sets or deletes both.
  rocksdb::ManagedSnapshot snapshot(database_->db.get());
  rocksdb::ReadOptions options;
  options.snapshot = snapshot.snapshot();
  options.iterate_upper_bound = &upper_bound;
  const auto items = std::unique_ptr<rocksdb::Iterator>(database_->db->NewIterator(options, database_->items));
  const auto embeddings =
      std::unique_ptr<rocksdb::Iterator>(database_->db->NewIterator(options, database_->embeddings));
  // The smallest key after `after` is `after` and a zero byte; an empty `after` begins with the first.
  std::string begin = ItemKey(collection.number, after);
  if (!after.empty()) begin.push_back('\0');
  items->Seek(begin);
  if (with_embeddings) embeddings->Seek(begin);
  for (; items->Valid(); items->Next()) {
    absl::StatusOr<Item> item = DecodeItem(IdOfItemKey(ToView(items->key())), ToView(items->value()));
    if (!item.ok()) return item.status();
    if (with_embeddings) {
      if (!embeddings->Valid() || embeddings->key() != items->key()) {
        return absl::DataLossError(absl::StrCat("the store has no embedding of item \"", item->id, "\""));
      }
      absl::StatusOr<Embedding> embedding = DecodeEmbedding(ToView(embeddings->value()), collection.spec.dimension);
      if (!embedding.ok()) return embedding.status();
      item->embedding = *std::move(embedding);
      embeddings->Next();
    }
    if (!visit(*std::move(item))) break;
  }
  return ToStatus(items->status(), "reading items");
}

absl::StatusOr<std::vector<absl::StatusOr<Item>>> Storage::Read(const StoredCollection& collection,
                                                                std::span<const std::string> ids,
                                                                bool with_embeddings) const {
  rocksdb::ManagedSnapshot snapshot(database_->db.get());
  rocksdb::ReadOptions options;
  options.snapshot = snapshot.snapshot();
  std::vector<absl::StatusOr<Item>> results;
  results.reserve(ids.size());
  for (const std::string& id : ids) {
    const std::string key = ItemKey(collection.number, id);
    std::string value;
    rocksdb::Status status = database_->db->Get(options, database_->items, key, &value);
    if (status.IsNotFound()) {
      results.push_back(absl::NotFoundError(absl::StrCat("id: there is no item \"", id, "\"")));
      continue;
    }
    if (!status.ok()) return ToStatus(status, "reading an item");
    absl::StatusOr<Item> item = DecodeItem(id, value);
    if (!item.ok()) return item.status();
    if (with_embeddings) {
      status = database_->db->Get(options, database_->embeddings, key, &value);
      if (!status.ok()) return ToStatus(status, "reading an embedding");
      absl::StatusOr<Embedding> embedding = DecodeEmbedding(value, collection.spec.dimension);
      if (!embedding.ok()) return embedding.status();
      item->embedding = *std::move(embedding);
    }
    results.push_back(std::move(item));
  }
  return results;
}

uint64_t Storage::DiskBytes() const {
  uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator file(directory_, error), end; file != end; file.increment(error)) {
    // RocksDB may delete a file between its listing and this question: it then counts as nothing.
    std::error_code gone;
    if (file->is_regular_file(gone)) {
      const uintmax_t size = file->file_size(gone);
      if (!gone) bytes += size;
    }
  }
  return bytes;
}

}  // namespace lookalike
