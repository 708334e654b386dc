// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/catalog/record.h"
#include "libs/catalog/storage_database.h"

namespace lookalike {
namespace {

std::string Naming(const StoredCollection& collection, absl::string_view id) {
  return absl::StrCat("item \"", id, "\" of ", Naming(collection));
}

absl::StatusOr<Item> DecodeBoth(const StoredCollection& collection, absl::string_view id, absl::string_view item_record,
                                std::optional<absl::string_view> embeddings_record) {
  absl::StatusOr<Item> item = DecodeItem(id, item_record);
  if (!item.ok()) return Located(item.status(), Naming(collection, id));
  if (embeddings_record) {
    absl::Status status = DecodeEmbeddings(*embeddings_record, collection.spec.dimension, item->images);
    if (!status.ok()) return Located(status, Naming(collection, id));
  }
  return item;
}

}  // namespace

absl::Status Storage::ForEachItem(const StoredCollection& collection, absl::string_view after, bool with_embeddings,
                                  const std::function<bool(Item)>& visit) const {
  const std::string end = EndOfCollection(collection.number);
  const rocksdb::Slice upper_bound = end;
  // Both iterators see the store as it is now, and hold the same keys: every write sets or deletes both.
  rocksdb::ManagedSnapshot snapshot(database_->db.get());
  rocksdb::ReadOptions options;
  options.snapshot = snapshot.snapshot();
  options.iterate_upper_bound = &upper_bound;
  options.fill_cache = !with_embeddings;  // who wants them all is not to drive out what others come back for
  const auto items = std::unique_ptr<rocksdb::Iterator>(database_->db->NewIterator(options, database_->items));
  std::unique_ptr<rocksdb::Iterator> embeddings;
  if (with_embeddings) embeddings.reset(database_->db->NewIterator(options, database_->embeddings));
  // The smallest key after `after` is `after` and a zero byte; an empty `after` begins with the first.
  std::string begin = ItemKey(collection.number, after);
  if (!after.empty()) begin.push_back('\0');
  items->Seek(begin);
  if (with_embeddings) embeddings->Seek(begin);
  for (; items->Valid(); items->Next()) {
    const absl::string_view id = IdOfItemKey(ToView(items->key()));
    std::optional<absl::string_view> embedding;
    if (with_embeddings) {
      if (!embeddings->status().ok()) break;
      if (!embeddings->Valid() || embeddings->key() != items->key()) {
        return absl::DataLossError(absl::StrCat("the store has no embedding of ", Naming(collection, id)));
      }
      embedding = ToView(embeddings->value());
    }
    absl::StatusOr<Item> item = DecodeBoth(collection, id, ToView(items->value()), embedding);
    if (!item.ok()) return item.status();
    if (!visit(*std::move(item))) return absl::OkStatus();
    if (with_embeddings) embeddings->Next();
  }
  rocksdb::Status first_error = items->status();
  if (first_error.ok() && with_embeddings) first_error = embeddings->status();
  return ToStatus(first_error, absl::StrCat("reading the items of ", Naming(collection)));
}

absl::StatusOr<std::optional<std::string>> Storage::ReadThumbnail(const StoredCollection& collection,
                                                                  absl::string_view id,
                                                                  absl::string_view digest) const {
  std::string jpeg;
  const rocksdb::Status status =
      database_->db->Get({}, database_->thumbnails, ThumbnailKey(collection.number, id, digest), &jpeg);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return ToStatus(status, absl::StrCat("reading a thumbnail of ", Naming(collection, id)));
  return jpeg;
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
    rocksdb::PinnableSlice item_record, embedding_record;
    rocksdb::Status status = database_->db->Get(options, database_->items, key, &item_record);
    if (status.IsNotFound()) {
      results.push_back(absl::NotFoundError(absl::StrCat("id: there is no item \"", id, "\"")));
      continue;
    }
    if (!status.ok()) return ToStatus(status, absl::StrCat("reading ", Naming(collection, id)));
    std::optional<absl::string_view> embedding;
    if (with_embeddings) {
      status = database_->db->Get(options, database_->embeddings, key, &embedding_record);
      if (status.IsNotFound()) {
        return absl::DataLossError(absl::StrCat("the store has no embedding of ", Naming(collection, id)));
      }
      if (!status.ok()) return ToStatus(status, absl::StrCat("reading the embedding of ", Naming(collection, id)));
      embedding = ToView(embedding_record);
    }
    absl::StatusOr<Item> item = DecodeBoth(collection, id, ToView(item_record), embedding);
    if (!item.ok()) return item.status();
    results.push_back(std::move(item));
  }
  return results;
}

}  // namespace lookalike
