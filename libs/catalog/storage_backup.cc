// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/catalog/storage_database.h"
#include "libs/file/published_file.h"

namespace lookalike {
namespace {

namespace fs = std::filesystem;

constexpr char kMagic[] = "lookalike backup 1";
constexpr uint32_t kHeadBlock = 1;        // kMagic
constexpr uint32_t kMetaBlock = 2;        // records of a column family each, in the order of their keys
constexpr uint32_t kItemsBlock = 3;       //
constexpr uint32_t kEmbeddingsBlock = 4;  //
constexpr uint32_t kDeletionsBlock = 5;   //
constexpr uint32_t kThumbnailsBlock = 6;  //

constexpr size_t kPieceBytes = 1 << 20;      // of what the sink gets
constexpr size_t kBlockBytes = 1 << 20;      // of records, before the one that goes beyond
constexpr size_t kMaxBlockBytes = 64 << 20;  // more than the longest record

// A record in a block: these lengths, then the key, then the value.
struct RecordLengths {
  uint32_t key;
  uint32_t value;
};

// Gathers what a block writer gives out, its heads of few bytes too, into pieces of one size.
class Pieces {
 public:
  explicit Pieces(const ByteSink& sink) : sink_(sink) { piece_.reserve(kPieceBytes); }

  absl::Status Append(absl::string_view bytes) {
    while (!bytes.empty()) {
      const absl::string_view part = bytes.substr(0, kPieceBytes - piece_.size());
      piece_.append(part.data(), part.size());
      bytes.remove_prefix(part.size());
      if (piece_.size() < kPieceBytes) break;
      if (absl::Status status = Flush(); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status Flush() {
    absl::Status status = piece_.empty() ? absl::OkStatus() : sink_(piece_);
    piece_.clear();
    return status;
  }

 private:
  const ByteSink& sink_;
  std::string piece_;
};

void AppendRecord(std::string& records, absl::string_view key, absl::string_view value) {
  const RecordLengths lengths = {static_cast<uint32_t>(key.size()), static_cast<uint32_t>(value.size())};
  records.append(reinterpret_cast<const char*>(&lengths), sizeof(lengths));
  records.append(key.data(), key.size());
  records.append(value.data(), value.size());
}

// Takes the next record off the front of `records`. Returns false where they do not begin with a whole one.
bool TakeRecord(absl::string_view& records, absl::string_view& key, absl::string_view& value) {
  RecordLengths lengths;
  if (records.size() < sizeof(lengths)) return false;
  std::memcpy(&lengths, records.data(), sizeof(lengths));
  records.remove_prefix(sizeof(lengths));
  if (records.size() < uint64_t{lengths.key} + lengths.value) return false;
  key = records.substr(0, lengths.key);
  value = records.substr(lengths.key, lengths.value);
  records.remove_prefix(key.size() + value.size());
  return true;
}

absl::Status WriteFamily(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family, uint32_t block_type,
                         const rocksdb::Snapshot* snapshot, BlockWriter& writer) {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  options.fill_cache = false;
  const auto iterator = std::unique_ptr<rocksdb::Iterator>(db.NewIterator(options, family));
  std::string records;
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
    AppendRecord(records, ToView(iterator->key()), ToView(iterator->value()));
    if (records.size() < kBlockBytes) continue;
    if (absl::Status status = writer.Write(block_type, records); !status.ok()) return status;
    records.clear();
  }
  if (!iterator->status().ok()) return ToStatus(iterator->status(), absl::StrCat("reading ", family->GetName()));
  return records.empty() ? absl::OkStatus() : writer.Write(block_type, records);
}

// Gets the records of a backup, block by block.
using RecordSink = std::function<absl::Status(uint32_t block_type, absl::string_view key, absl::string_view value)>;

// What a stream must be beside undamaged to be a backup.
class BackupCheck {
 public:
  absl::Status Block(uint32_t type, absl::string_view payload) {
    const bool head = std::exchange(begun_, true) == false;
    if (head != (type == kHeadBlock) || (head && payload != kMagic)) {
      return absl::FailedPreconditionError(
          "not a backup of Lookalike, or one of a version that this one does not know");
    }
    if (type > kThumbnailsBlock) {
      return absl::FailedPreconditionError(absl::StrCat(
          "block type ", type, " in the backup: a later version of Lookalike made it; restore it with that"));
    }
    return absl::OkStatus();
  }

  absl::Status Record(uint32_t block_type, absl::string_view key, absl::string_view value) {
    items_ += block_type == kItemsBlock;
    embeddings_ += block_type == kEmbeddingsBlock;
    if (block_type != kMetaBlock || key != kFormatKey) return absl::OkStatus();
    has_format_ = true;
    if (value == kFormatVersion || value == kFormatOfOneImage) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat("the backup has format ", value, "; this version of Lookalike reads formats ", kFormatOfOneImage,
                     " and ", kFormatVersion, ": restore it with the version that made it"));
  }

  absl::Status End() const {
    if (!has_format_) return absl::DataLossError("the backup does not say which format it has");
    if (items_ == embeddings_) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat("the backup has ", items_, " items and ", embeddings_, " embeddings"));
  }

 private:
  bool begun_ = false;
  bool has_format_ = false;
  uint64_t items_ = 0;
  uint64_t embeddings_ = 0;
};

// `end_of_block` is called after the records of each block.
absl::Status ReadBackup(BlockReader& backup, const RecordSink& record,
                        const std::function<absl::Status()>& end_of_block) {
  BackupCheck check;
  for (;;) {
    const absl::StatusOr<std::optional<BlockHeader>> block = backup.Next();
    if (!block.ok()) return block.status();
    if (!block->has_value()) return check.End();
    const uint32_t type = (*block)->type;
    const absl::StatusOr<std::string> payload = backup.ReadAll(kMaxBlockBytes);
    if (!payload.ok()) return payload.status();
    if (absl::Status status = check.Block(type, *payload); !status.ok()) return status;
    if (type == kHeadBlock) continue;
    absl::string_view records = *payload, key, value;
    while (!records.empty()) {
      if (!TakeRecord(records, key, value)) return absl::DataLossError("a record of the backup is damaged");
      if (absl::Status status = check.Record(type, key, value); !status.ok()) return status;
      if (absl::Status status = record(type, key, value); !status.ok()) return status;
    }
    if (absl::Status status = end_of_block(); !status.ok()) return status;
  }
}

}  // namespace

absl::Status Storage::Backup(const ByteSink& sink) const {
  rocksdb::DB& db = *database_->db;
  rocksdb::ManagedSnapshot snapshot(&db);
  Pieces pieces(sink);
  BlockWriter writer([&pieces](absl::string_view bytes) { return pieces.Append(bytes); });
  if (absl::Status status = writer.Write(kHeadBlock, kMagic); !status.ok()) return status;
  const std::pair<uint32_t, rocksdb::ColumnFamilyHandle*> families[] = {{kMetaBlock, database_->meta},
                                                                        {kItemsBlock, database_->items},
                                                                        {kEmbeddingsBlock, database_->embeddings},
                                                                        {kDeletionsBlock, database_->deletions},
                                                                        {kThumbnailsBlock, database_->thumbnails}};
  for (const auto& [type, family] : families) {
    absl::Status status = WriteFamily(db, family, type, snapshot.snapshot(), writer);
    if (!status.ok()) return status;
  }
  if (absl::Status status = writer.Finish(); !status.ok()) return status;
  return pieces.Flush();
}

absl::Status Storage::CheckBackup(BlockReader& backup) {
  return ReadBackup(
      backup, [](uint32_t, absl::string_view, absl::string_view) { return absl::OkStatus(); },
      [] { return absl::OkStatus(); });
}

absl::Status Storage::Restore(const std::string& directory, BlockReader& backup) {
  std::error_code ignored;
  if (fs::exists(StorePath(directory), ignored)) {
    return absl::FailedPreconditionError(
        absl::StrCat("data directory \"", directory, "\" has a store already: restore into an empty directory"));
  }
  if (absl::Status status = PrepareDirectory(directory); !status.ok()) return status;
  const std::string restoring = RestoringPath(directory);
  fs::remove_all(restoring, ignored);  // of a restore before, which was not finished
  absl::Status status = WriteRestored(restoring, backup);
  if (status.ok()) status = RenameAndSync(restoring, StorePath(directory));
  if (!status.ok()) fs::remove_all(restoring, ignored);
  return status;
}

// Without a log: until it is renamed, the store may be lost as a whole.
absl::Status Storage::WriteRestored(const std::string& path, BlockReader& backup) {
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(path, {});
  if (!database.ok()) return database.status();
  rocksdb::WriteBatch batch;
  const std::map<uint32_t, rocksdb::ColumnFamilyHandle*> families = {{kMetaBlock, (*database)->meta},
                                                                     {kItemsBlock, (*database)->items},
                                                                     {kEmbeddingsBlock, (*database)->embeddings},
                                                                     {kDeletionsBlock, (*database)->deletions},
                                                                     {kThumbnailsBlock, (*database)->thumbnails}};
  const auto add = [&](uint32_t type, absl::string_view key, absl::string_view value) {
    return ToStatus(batch.Put(families.at(type), ToSlice(key), ToSlice(value)), "restoring");
  };
  const auto write = [&]() -> absl::Status {
    if (absl::Status status = (*database)->CheckSpace(batch.GetDataSize()); !status.ok()) return status;
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    const rocksdb::Status written = (*database)->db->Write(options, &batch);
    batch.Clear();
    return ToStatus(written, "restoring");
  };
  if (absl::Status status = ReadBackup(backup, add, write); !status.ok()) return status;
  return ToStatus((*database)->db->Flush(rocksdb::FlushOptions(), (*database)->families()), "restoring");
}

}  // namespace lookalike
