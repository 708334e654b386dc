// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"

#include "libs/catalog/record.h"
#include "libs/catalog/storage_database.h"

namespace lookalike {

absl::StatusOr<std::optional<StoredDeletion>> Storage::ReadDeletion(const StoredCollection& collection,
                                                                    absl::string_view id) const {
  const std::string deletion = absl::StrCat("the deletion of item \"", id, "\" of ", Naming(collection));
  std::string record;
  const rocksdb::Status status = database_->db->Get({}, database_->deletions, ItemKey(collection.number, id), &record);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return ToStatus(status, absl::StrCat("reading ", deletion));
  StoredDeletion stored;
  absl::Status decoded = DecodeDeletion(record, stored.version, stored.time);
  if (!decoded.ok()) return Located(decoded, deletion);
  return stored;
}

absl::Status Storage::ForgetDeletions(const StoredCollection& collection, absl::Time time) {
  const std::string end = EndOfCollection(collection.number);
  const rocksdb::Slice upper_bound = end;
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper_bound;
  options.fill_cache = false;
  rocksdb::WriteBatch batch;
  const auto deletions = std::unique_ptr<rocksdb::Iterator>(database_->db->NewIterator(options, database_->deletions));
  for (deletions->Seek(ItemKey(collection.number, "")); deletions->Valid(); deletions->Next()) {
    StoredDeletion stored;
    absl::Status status = DecodeDeletion(ToView(deletions->value()), stored.version, stored.time);
    if (!status.ok()) return Located(status, Naming(collection));
    if (stored.time < time) batch.Delete(database_->deletions, deletions->key());
  }
  const std::string forgetting = absl::StrCat("forgetting deletions of ", Naming(collection));
  if (!deletions->status().ok()) return ToStatus(deletions->status(), forgetting);
  if (batch.Count() == 0) return absl::OkStatus();
  return ToStatus(database_->db->Write({}, &batch), forgetting);
}

}  // namespace lookalike
