// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/storage_database.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "libs/file/kill_point.h"

namespace lookalike {
namespace {

// How the store divides memory and disk. Memory at most: the memtables below when all are full (184 MB), while a
// flush lags behind, and kBlockCacheBytes; besides, some 4 MB for each GB of tables.
constexpr size_t kBlockCacheBytes = 64 << 20;

// A start replays the log: 64 MiB of it, some 30,000 items, take well under a second.
constexpr uint64_t kLogBytes = 64 << 20;

// Left free for the store's manifest and what compactions need in passing.
constexpr uint64_t kSpareDiskBytes = 16 << 20;

constexpr uint64_t kSyncEveryBytes = 1 << 20;

// RocksDB keeps a diary beside its data. On a full disk it cannot write it, and Debian's build, which checks its
// assertions, then ends the process: so there is none.
class NoDiary : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::DBOptions DatabaseOptions() {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.info_log = std::make_shared<NoDiary>();
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

// For what does not shrink: floats with full mantissas, JPEGs.
rocksdb::ColumnFamilyOptions IncompressibleOptions(size_t memtable_bytes,
                                                   const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options = FamilyOptions(memtable_bytes, cache);
  options.compression = rocksdb::kNoCompression;
  return options;
}

// A burst of embeddings, 40 MB/s, is taken while one memtable is being filled and others are being flushed.
rocksdb::ColumnFamilyOptions EmbeddingOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options = IncompressibleOptions(32 << 20, cache);
  options.max_write_buffer_number = 3;
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

std::string StorePath(const std::string& directory) { return (std::filesystem::path(directory) / "store").string(); }

std::string RestoringPath(const std::string& directory) { return StorePath(directory) + ".restoring"; }

absl::Status PrepareDirectory(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return absl::PermissionDeniedError(
        absl::StrCat("data directory \"", directory, "\" cannot be made: ", error.message()));
  }
  const std::filesystem::path probe = std::filesystem::path(directory) / "write-probe";
  std::FILE* file = std::fopen(probe.c_str(), "w");
  if (file == nullptr) {
    return absl::PermissionDeniedError(absl::StrCat("data directory \"", directory, "\" cannot be written: ",
                                                    std::error_code(errno, std::generic_category()).message()));
  }
  std::fclose(file);
  std::filesystem::remove(probe, error);
  return absl::OkStatus();
}

std::string CollectionKey(absl::string_view name) { return absl::StrCat(kCollectionPrefix, name); }
std::string SequenceKey(uint32_t number) { return absl::StrCat("sequence/", number); }
std::string SchemaKey(uint32_t number) { return absl::StrCat("schema/", number); }
std::string MeanKey(uint32_t number) { return absl::StrCat("mean/", number); }
std::string RankingPrefix(uint32_t number) { return absl::StrCat("ranking/", number, "/"); }

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

void WriteErrors::OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* error) {
  // A lesser one lets writes go on.
  if (error->severity() >= rocksdb::Status::Severity::kHardError) Add();
}

void WriteErrors::OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* automatic) {
  *automatic = false;
}

absl::StatusOr<std::unique_ptr<Storage::Database>> Storage::Database::Open(const std::string& path,
                                                                           StorageObserver observer) {
  const std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(kBlockCacheBytes);
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, FamilyOptions(1 << 20, cache)},
      {"items", FamilyOptions(16 << 20, cache)},
      {"embeddings", EmbeddingOptions(cache)},
      {"journal", FamilyOptions(8 << 20, cache)},
      {"deletions", FamilyOptions(1 << 20, cache)},
      {"thumbnails", IncompressibleOptions(16 << 20, cache)}};
  auto database = std::make_unique<Database>();
  database->path = path;
  database->observer = std::move(observer);
  rocksdb::DBOptions options = DatabaseOptions();
  options.listeners.push_back(database->errors);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened = rocksdb::DB::Open(options, path, families, &handles, &db);
  if (!opened.ok()) return OpenError(opened, path);
  database->db.reset(db);
  database->meta = handles[0];
  database->items = handles[1];
  database->embeddings = handles[2];
  database->journal = handles[3];
  database->deletions = handles[4];
  database->thumbnails = handles[5];
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

absl::Status Storage::Database::Commit(rocksdb::WriteBatch& batch, size_t changes) {
  if (absl::Status status = CheckSpace(batch.GetDataSize()); !status.ok()) return status;
  if (changes > 0 && observer.on_commit_items) observer.on_commit_items(changes);
  rocksdb::WriteOptions options;
  options.sync = true;
  const absl::Time begin = absl::Now();
  KillPoint("storage.before_commit");
  const rocksdb::Status status = db->Write(options, &batch);
  KillPoint("storage.after_commit");
  if (observer.on_sync) observer.on_sync(absl::Now() - begin);
  // RocksDB speaks of an error before it stops for it: a Heal in between takes it for healed. This one is not.
  if (!status.ok()) errors->Add();
  return ToStatus(status, "writing to the store");
}

// A disk that fills up is noticed here, while RocksDB still has the space to flush its memtables: an error of its own
// stops all writes until it has flushed them, so it must not come to one where that can be helped.
absl::Status Storage::Database::CheckSpace(uint64_t bytes) {
  std::error_code error;
  const std::filesystem::space_info disk = std::filesystem::space(path, error);
  if (error) return absl::OkStatus();  // a file system that does not tell
  uint64_t memtables = 0;
  db->GetAggregatedIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &memtables);
  const uint64_t needed = kSpareDiskBytes + memtables + 2 * bytes;  // bytes: in the log, and in a memtable
  full = disk.available < needed;
  if (!full) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("the disk is full: the store in ", path, " needs ", needed >> 20,
                                                   " MiB, and ", disk.available >> 20, " MiB are free"));
}

absl::Status Storage::Database::Heal() {
  if (healthy()) return absl::OkStatus();
  // Not before there is space: RocksDB 7.8 loses track of its flushes where one fails in Resume, and the next Resume
  // then waits for ever.
  if (absl::Status status = CheckSpace(0); !status.ok()) return status;
  const uint64_t errors_before = errors->count();
  if (errors_before == errors_healed) return absl::OkStatus();
  if (absl::Status status = ToStatus(db->Resume(), "going back to writing"); !status.ok()) return status;
  errors_healed = errors_before;  // and not one that has come since
  return absl::OkStatus();
}

}  // namespace lookalike
