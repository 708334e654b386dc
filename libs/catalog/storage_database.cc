// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/storage_database.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/file/kill_point.h"

namespace lookalike {
namespace {

// How the store divides memory and disk. Memory at most: the memtables below when all are full (150 MB), while a
// flush lags behind, and kBlockCacheBytes; besides, some 4 MB for each GB of tables.
constexpr size_t kBlockCacheBytes = 64 << 20;

// A start replays the log: 64 MiB of it, some 30,000 items, take well under a second.
constexpr uint64_t kLogBytes = 64 << 20;

constexpr uint64_t kSyncEveryBytes = 1 << 20;

rocksdb::DBOptions DatabaseOptions() {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.keep_log_file_num = 4;  // RocksDB's own diary, not data
  options.max_total_wal_size = kLogBytes;
  // Flushes and compactions give the disk their work as it comes: the sync of a commit does not wait behind it.
  options.bytes_per_sync = kSyncEveryBytes;
  options.compaction_readahead_size = 2 << 20;
  return options;
}

rocksdb::ColumnFamilyOptions FamilyOptions(size_t memtable_bytes, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = 16 << 10;  // several embeddings, and a quarter of the index that 4 KiB would need
  // So that ids that are not there, in a table or at all, cost no read.
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = memtable_bytes;
  // Levels whose sizes follow the last one's: what was replaced or deleted takes up little more than a tenth.
  options.level_compaction_dynamic_level_bytes = true;
  return options;
}

// A burst of embeddings, 40 MB/s, is taken while one memtable is being filled and others are being flushed. They are
// not compressed: floats with full mantissas do not shrink.
rocksdb::ColumnFamilyOptions EmbeddingOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options = FamilyOptions(32 << 20, cache);
  options.max_write_buffer_number = 3;
  options.compression = rocksdb::kNoCompression;
  return options;
}

absl::Status OpenError(const rocksdb::Status& status, const std::string& path) {
  const std::string reason = status.ToString();
  if (absl::StrContains(reason, "lock")) {
    return absl::FailedPreconditionError(absl::StrCat("\"", path, "\" is in use by another process (", reason, ")"));
  }
  if (status.IsInvalidArgument()) {
    return absl::FailedPreconditionError(
        absl::StrCat("\"", path, "\" holds something that is not Lookalike's (", reason, ")"));
  }
  return ToStatus(status, absl::StrCat("opening \"", path, "\""));
}

}  // namespace

std::string CollectionKey(absl::string_view name) { return absl::StrCat(kCollectionPrefix, name); }
std::string SequenceKey(uint32_t number) { return absl::StrCat("sequence/", number); }
std::string SchemaKey(uint32_t number) { return absl::StrCat("schema/", number); }
std::string MeanKey(uint32_t number) { return absl::StrCat("mean/", number); }

absl::Status ToStatus(const rocksdb::Status& status, absl::string_view what) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = absl::StrCat(what, ": ", status.ToString());
  if (status.IsNoSpace()) return absl::ResourceExhaustedError(absl::StrCat("the disk is full: ", message));
  if (status.IsCorruption()) return absl::DataLossError(message);
  return absl::InternalError(message);
}

absl::Status Located(const absl::Status& status, absl::string_view place) {
  return absl::Status(status.code(), absl::StrCat(place, ": ", status.message()));
}

std::string Naming(const StoredCollection& collection) {
  return absl::StrCat("collection \"", collection.spec.name, "\"");
}

absl::StatusOr<std::unique_ptr<Storage::Database>> Storage::Database::Open(const std::string& path) {
  const std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(kBlockCacheBytes);
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, FamilyOptions(1 << 20, cache)},
      {"items", FamilyOptions(16 << 20, cache)},
      {"embeddings", EmbeddingOptions(cache)},
      {"journal", FamilyOptions(8 << 20, cache)}};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened = rocksdb::DB::Open(DatabaseOptions(), path, families, &handles, &db);
  if (!opened.ok()) return OpenError(opened, path);
  auto database = std::make_unique<Database>();
  database->db.reset(db);
  database->meta = handles[0];
  database->items = handles[1];
  database->embeddings = handles[2];
  database->journal = handles[3];
  return database;
}

Storage::Database::~Database() {
  for (rocksdb::ColumnFamilyHandle* family : families()) {
    if (family != nullptr) db->DestroyColumnFamilyHandle(family);
  }
}

absl::StatusOr<std::optional<std::string>> Storage::Database::Get(const std::string& key,
                                                                  absl::string_view what) const {
  std::string value;
  const rocksdb::Status status = db->Get({}, meta, key, &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return ToStatus(status, absl::StrCat("reading ", what));
  return value;
}

absl::Status Storage::Database::Commit(rocksdb::WriteBatch& batch) {
  rocksdb::WriteOptions options;
  options.sync = true;
  KillPoint("storage.before_commit");
  const rocksdb::Status status = db->Write(options, &batch);
  KillPoint("storage.after_commit");
  return ToStatus(status, "writing to the store");
}

}  // namespace lookalike
