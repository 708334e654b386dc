// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/storage.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/catalog/record.h"
#include "libs/catalog/storage_database.h"

namespace lookalike {
namespace {

// Of an item, beside its embedding: its keys, attributes and journal entry, as they commonly are.
constexpr size_t kOtherRecordBytes = 512;

}  // namespace

Storage::Storage(std::string directory, std::unique_ptr<Database> database)
    : directory_(std::move(directory)), database_(std::move(database)) {}

Storage::~Storage() = default;

absl::StatusOr<std::unique_ptr<Storage>> Storage::Open(const std::string& directory, StorageObserver observer) {
  if (absl::Status status = PrepareDirectory(directory); !status.ok()) return status;
  if (std::error_code ignored; std::filesystem::exists(RestoringPath(directory), ignored)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "data directory \"", directory, "\" holds a restore that was not finished: restore it again, or remove ",
        RestoringPath(directory)));
  }
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(StorePath(directory), std::move(observer));
  if (!database.ok()) return Located(database.status(), "data directory");
  auto storage = std::unique_ptr<Storage>(new Storage(directory, *std::move(database)));
  if (absl::Status status = storage->CheckFormat(); !status.ok()) return status;
  return storage;
}

// A new directory gets this version's mark. So does one of an earlier format: the families that it lacks were made, and
// are rightly empty; its items are read as they are.
absl::Status Storage::CheckFormat() {
  const absl::StatusOr<std::optional<std::string>> found = database_->Get(kFormatKey, "the format of the store");
  if (!found.ok()) return found.status();
  if (*found == kFormatVersion) return absl::OkStatus();
  if (!found->has_value() || *found == kFormatWithoutJournal || *found == kFormatOfOneImage) {
    rocksdb::WriteBatch batch;
    batch.Put(database_->meta, kFormatKey, kFormatVersion);
    return database_->Commit(batch);
  }
  return absl::FailedPreconditionError(
      absl::StrCat("data directory \"", directory_, "\" has format ", **found,
                   "; this version of Lookalike reads formats ", kFormatWithoutJournal, " to ", kFormatVersion,
                   ". Start the version that wrote it, or restore a backup of such a format into an empty directory"));
}

absl::StatusOr<std::vector<StoredCollection>> Storage::LoadCollections() const {
  std::vector<StoredCollection> collections;
  const auto iterator = std::unique_ptr<rocksdb::Iterator>(database_->db->NewIterator({}, database_->meta));
  for (iterator->Seek(kCollectionPrefix);
       iterator->Valid() && absl::StartsWith(ToView(iterator->key()), kCollectionPrefix); iterator->Next()) {
    StoredCollection collection;
    absl::Status status = DecodeSpec(ToView(iterator->value()), collection.number, collection.spec);
    if (!status.ok()) return status;
    if (status = LoadState(collection); !status.ok()) return status;
    collections.push_back(std::move(collection));
  }
  if (absl::Status status = ToStatus(iterator->status(), "reading the collections"); !status.ok()) return status;
  return collections;
}

// What writes change of a collection; a collection that was never written to has none of it.
absl::Status Storage::LoadState(StoredCollection& collection) const {
  const std::string name = Naming(collection);
  absl::StatusOr<std::optional<std::string>> record =
      database_->Get(SequenceKey(collection.number), absl::StrCat("the sequence number of ", name));
  if (!record.ok()) return record.status();
  if (record->has_value()) {
    const absl::StatusOr<uint64_t> sequence = DecodeUint64(**record);
    if (!sequence.ok()) return Located(sequence.status(), name);
    collection.sequence = *sequence;
  }
  record = database_->Get(SchemaKey(collection.number), absl::StrCat("the attributes of ", name));
  if (!record.ok()) return record.status();
  if (record->has_value()) {
    absl::StatusOr<AttributeSchema> schema = DecodeSchema(**record);
    if (!schema.ok()) return Located(schema.status(), name);
    collection.schema = *std::move(schema);
  }
  return absl::OkStatus();
}

absl::StatusOr<StoredCollection> Storage::CreateCollection(const CollectionSpec& spec) {
  StoredCollection collection;
  collection.spec = spec;
  const absl::StatusOr<std::optional<std::string>> next =
      database_->Get(kNextNumberKey, "the number of the next collection");
  if (!next.ok()) return next.status();
  if (next->has_value()) {
    const absl::StatusOr<uint64_t> number = DecodeUint64(**next);
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
  batch.Delete(database_->meta, MeanKey(collection.number));
  const absl::StatusOr<RankingProfiles> profiles = ReadRankingProfiles(collection);
  if (!profiles.ok()) return profiles.status();
  for (const auto& [name, profile] : *profiles) {
    batch.Delete(database_->meta, absl::StrCat(RankingPrefix(collection.number), name));
  }
  for (rocksdb::ColumnFamilyHandle* family : database_->of_items()) {
    batch.DeleteRange(family, begin, end);
  }
  return database_->Commit(batch);
}

absl::Status Storage::Write(const StoredCollection& collection, std::span<const Change> changes, bool new_schema) {
  rocksdb::WriteBatch batch(changes.size() * (collection.spec.dimension * sizeof(float) + kOtherRecordBytes));
  size_t items = 0;
  for (const Change& change : changes) {
    if (const Item* const* item = std::get_if<const Item*>(&change)) {
      database_->Put(collection.number, **item, batch);
      ++items;
    } else if (const auto* deletion = std::get_if<Deletion>(&change)) {
      database_->Delete(collection.number, *deletion, batch);
      ++items;
    } else {
      const auto& dropped = std::get<DroppedThumbnail>(change);
      batch.Delete(database_->thumbnails, ThumbnailKey(collection.number, dropped.id, dropped.digest));
    }
  }
  batch.Put(database_->meta, SequenceKey(collection.number), EncodeUint64(collection.sequence));
  if (new_schema) batch.Put(database_->meta, SchemaKey(collection.number), EncodeSchema(collection.schema));
  return database_->Commit(batch, items);
}

void Storage::Database::Put(uint32_t collection_number, const Item& item, rocksdb::WriteBatch& batch) const {
  const std::string key = ItemKey(collection_number, item.id);
  batch.Put(items, key, EncodeItem(item));
  if (!item.images.front().embedding.empty()) batch.Put(embeddings, key, EncodeEmbeddings(item.images));
  for (const ItemImage& image : item.images) {
    if (image.thumbnail.empty()) continue;
    batch.Put(thumbnails, ThumbnailKey(collection_number, item.id, image.digest), image.thumbnail);
  }
  batch.Put(journal, JournalKey(collection_number, item.sequence), EncodeChange(item.id, /*deleted=*/false));
}

void Storage::Database::Delete(uint32_t collection_number, const Deletion& deletion, rocksdb::WriteBatch& batch) const {
  const std::string key = ItemKey(collection_number, deletion.id);
  batch.Delete(items, key);
  batch.Delete(embeddings, key);
  if (deletion.version != 0) {
    batch.Put(deletions, key, EncodeDeletion(deletion.version, deletion.time));
  } else {
    batch.Delete(deletions, key);
  }
  batch.Put(journal, JournalKey(collection_number, deletion.sequence), EncodeChange(deletion.id, /*deleted=*/true));
}

absl::Status Storage::WriteMean(const StoredCollection& collection, const StoredMean& mean) {
  rocksdb::WriteBatch batch;
  batch.Put(database_->meta, MeanKey(collection.number), EncodeMean(mean.mean, mean.items));
  return database_->Commit(batch);
}

absl::StatusOr<std::optional<StoredMean>> Storage::ReadMean(const StoredCollection& collection) const {
  const absl::StatusOr<std::optional<std::string>> record =
      database_->Get(MeanKey(collection.number), absl::StrCat("the mean of ", Naming(collection)));
  if (!record.ok()) return record.status();
  if (!record->has_value()) return std::nullopt;
  StoredMean mean;
  absl::Status status = DecodeMean(**record, collection.spec.dimension, mean.mean, mean.items);
  if (!status.ok()) return Located(status, Naming(collection));
  return mean;
}

absl::Status Storage::WriteRankingProfile(const StoredCollection& collection, absl::string_view name,
                                          absl::string_view profile) {
  rocksdb::WriteBatch batch;
  batch.Put(database_->meta, absl::StrCat(RankingPrefix(collection.number), name), ToSlice(profile));
  return database_->Commit(batch);
}

absl::Status Storage::DeleteRankingProfile(const StoredCollection& collection, absl::string_view name) {
  rocksdb::WriteBatch batch;
  batch.Delete(database_->meta, absl::StrCat(RankingPrefix(collection.number), name));
  return database_->Commit(batch);
}

absl::StatusOr<RankingProfiles> Storage::ReadRankingProfiles(const StoredCollection& collection) const {
  RankingProfiles profiles;
  const std::string prefix = RankingPrefix(collection.number);
  const auto iterator = std::unique_ptr<rocksdb::Iterator>(database_->db->NewIterator({}, database_->meta));
  for (iterator->Seek(prefix); iterator->Valid() && absl::StartsWith(ToView(iterator->key()), prefix);
       iterator->Next()) {
    profiles.emplace(ToView(iterator->key()).substr(prefix.size()), iterator->value().ToString());
  }
  absl::Status status =
      ToStatus(iterator->status(), absl::StrCat("reading the ranking profiles of ", Naming(collection)));
  if (!status.ok()) return status;
  return profiles;
}

bool Storage::healthy() const { return database_->healthy(); }

absl::Status Storage::Heal() { return database_->Heal(); }

absl::StatusOr<std::string> Storage::Identity() const {
  std::string identity;
  const rocksdb::Status status = database_->db->GetDbIdentity(identity);
  if (!status.ok()) return ToStatus(status, "reading the identity of the store");
  return identity;
}

uint64_t Storage::DiskBytes() const {
  uint64_t bytes = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator file(directory_, error), end; file != end; file.increment(error)) {
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
