// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

#include "libs/catalog/collection.h"
#include "libs/telemetry/log.h"

namespace lookalike {
namespace {

// Items that are read from disk at once.
constexpr size_t kItemsAtOnce = 256;

}  // namespace

absl::StatusOr<std::unique_ptr<Collection>> Collection::Load(StoredCollection stored, const Options& options,
                                                             Storage* storage) {
  auto collection = std::unique_ptr<Collection>(new Collection(std::move(stored), options, storage));
  const absl::Status status = collection->LoadState();
  if (!status.ok()) return status;
  // What was being linked when the snapshot was saved can have been the only way to others.
  collection->MendGraph();
  return collection;
}

absl::Status Collection::LoadState() {
  MutexLock lock(state_mutex_);
  absl::StatusOr<RankingProfiles> profiles = storage_->ReadRankingProfiles(identity());
  if (!profiles.ok()) return profiles.status();
  ranking_profiles_ = *std::move(profiles);
  const absl::Status status = LoadFromSnapshot();
  if (status.ok()) return status;
  // A collection without a snapshot is nothing to speak of; one whose snapshot cannot be used is.
  if (!absl::IsNotFound(status)) {
    LogWarning("snapshot not used; reading all items instead",
               {{"collection", spec_.name}, {"reason", status.message()}});
  }
  // One that is of another history, because an older store was put back, would look right again once the numbers of new
  // writes have come as far as its own.
  std::error_code ignored;
  std::filesystem::remove(SnapshotPath(), ignored);
  return LoadFromStore();
}

absl::Status Collection::LoadFromSnapshot() {
  absl::StatusOr<std::optional<StoredMean>> mean = storage_->ReadMean(identity());
  if (!mean.ok()) return mean.status();
  const absl::StatusOr<uint64_t> sequence = ReadSnapshot(mean->value_or(StoredMean{}));
  if (!sequence.ok()) return sequence.status();
  snapshot_sequence_ = *sequence;
  if (absl::Status status = ReplayJournal(*sequence); !status.ok()) return status;
  return PutMissingEmbeddings();
}

absl::Status Collection::LoadFromStore() {
  absl::StatusOr<std::optional<StoredMean>> mean = storage_->ReadMean(identity());
  if (!mean.ok()) return mean.status();
  absl::StatusOr<std::shared_ptr<Generation>> generation =
      Generation::Create(IndexOptions(), (*std::move(mean)).value_or(StoredMean{}));
  if (!generation.ok()) return generation.status();
  items_ = ItemDirectory();
  generation_ = *std::move(generation);
  snapshot_sequence_ = 0;
  absl::Status status;
  const absl::Status read = storage_->ForEachItem(identity(), "", /*with_embeddings=*/true, [&](Item item) {
    state_mutex_.AssertHeld();
    status = ApplyUpsert(std::move(item));
    return status.ok();
  });
  return read.ok() ? status : read;
}

// Each change has a sequence number of its own: where one is missing between the snapshot's and the collection's, the
// snapshot is not of this store.
absl::Status Collection::ReplayJournal(uint64_t after) {
  std::map<std::string, bool> deleted;  // by id, as the last change left it
  uint64_t sequence = after;
  const absl::Status read = storage_->ForEachChangeAfter(identity(), after, [&](const JournalEntry& entry) {
    if (entry.sequence != sequence + 1) return false;
    ++sequence;
    deleted[std::string(entry.id)] = entry.deleted;
    return true;
  });
  if (!read.ok()) return read;
  if (sequence != stored_.sequence) {
    return absl::DataLossError(
        absl::StrCat("the journal ends at ", sequence, ", the collection at ", stored_.sequence));
  }
  std::vector<std::string> written;
  for (const auto& [id, is_deleted] : deleted) {
    if (is_deleted) {
      ApplyDelete(id);
    } else {
      written.push_back(id);
    }
  }
  return TakeFromStore(written);
}

// For what was replaced while the snapshot was written.
absl::Status Collection::PutMissingEmbeddings() {
  std::vector<std::string> missing;
  for (size_t slot = 0; slot < items_.slots(); ++slot) {
    const ItemDirectory::Place& place = items_.At(static_cast<Slot>(slot));
    if (place.item == nullptr || place.image != 0 || IsIndexed(static_cast<Slot>(slot))) continue;
    missing.push_back(place.item->id);
  }
  return TakeFromStore(missing);
}

absl::Status Collection::TakeFromStore(std::span<const std::string> ids) {
  for (; !ids.empty(); ids = ids.subspan(std::min(kItemsAtOnce, ids.size()))) {
    absl::StatusOr<std::vector<absl::StatusOr<Item>>> items =
        storage_->Read(identity(), ids.first(std::min(kItemsAtOnce, ids.size())), /*with_embeddings=*/true);
    if (!items.ok()) return items.status();
    for (absl::StatusOr<Item>& item : *items) {
      if (!item.ok()) return item.status();
      if (absl::Status status = ApplyUpsert(*std::move(item)); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace lookalike
