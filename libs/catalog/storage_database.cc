// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/storage_database.h"

#include <rocksdb/options.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/file/kill_point.h"

namespace lookalike {
namespace {

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
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, {}}, {"items", {}}, {"embeddings", EmbeddingOptions()}, {"journal", {}}};
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
