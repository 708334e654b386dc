// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/catalog.h"

#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "libs/catalog/validation.h"
#include "libs/telemetry/log.h"

namespace lookalike {
namespace {

namespace fs = std::filesystem;

absl::Status CheckDeadline(absl::Time deadline) {
  if (absl::Now() < deadline) return absl::OkStatus();
  return absl::DeadlineExceededError("the deadline has passed");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Catalog>> Catalog::Open(const Options& options) {
  absl::StatusOr<std::unique_ptr<Storage>> storage = Storage::Open(options.data_directory, options.observer);
  if (!storage.ok()) return storage.status();
  auto catalog = std::unique_ptr<Catalog>(new Catalog(options, *std::move(storage)));
  if (absl::Status status = catalog->Load(); !status.ok()) return status;
  Catalog& self = *catalog;
  self.healing_ = std::make_unique<Periodic>(options.healing_pause, [&self] { self.Heal(); });
  self.maintenance_ = std::make_unique<Periodic>(options.maintenance_pause, [&self] { self.Maintain(); });
  return catalog;
}

Catalog::~Catalog() {
  for (const auto& collection : Collections()) collection->Stop();
  healing_.reset();
  maintenance_.reset();
  for (const auto& collection : Collections()) {
    if (!collection->HasUnsavedChanges()) continue;
    if (absl::Status status = collection->SaveSnapshot(); !status.ok()) {
      LogWarning("no snapshot saved at the end", {{"reason", status.message()}});
    }
  }
}

Catalog::Catalog(Options options, std::unique_ptr<Storage> storage)
    : options_(std::move(options)),
      storage_(std::move(storage)),
      link_permits_(options_.collection.index.link_threads) {
  options_.collection.index.link_permits = &link_permits_;
  options_.collection.snapshot_directory = absl::StrCat(options_.data_directory, "/snapshots");
}

absl::Status Catalog::Load() {
  std::error_code error;
  fs::create_directories(options_.collection.snapshot_directory, error);
  if (error) {
    return absl::PermissionDeniedError(absl::StrCat("snapshot directory \"", options_.collection.snapshot_directory,
                                                    "\" cannot be made: ", error.message()));
  }
  absl::StatusOr<std::vector<StoredCollection>> stored = storage_->LoadCollections();
  if (!stored.ok()) return stored.status();
  MutexLock lock(mutex_);
  for (StoredCollection& one : *stored) {
    const std::string name = one.spec.name;
    absl::StatusOr<std::unique_ptr<Collection>> collection =
        Collection::Load(std::move(one), options_.collection, storage_.get());
    if (!collection.ok()) return collection.status();
    collections_.emplace(name, *std::move(collection));
  }
  RemoveLeftovers();
  return absl::OkStatus();
}

// What a crash left in the snapshot directory: files that were not finished, and snapshots of deleted collections.
void Catalog::RemoveLeftovers() const {
  std::set<std::string> wanted;
  for (const auto& [name, collection] : collections_) {
    wanted.insert(fs::path(collection->SnapshotPath()).filename().string());
  }
  std::error_code error;
  for (fs::directory_iterator file(options_.collection.snapshot_directory, error), end; !error && file != end;
       file.increment(error)) {
    std::error_code ignored;  // it is then there the next time
    const std::string name = file->path().filename().string();
    const bool ours = absl::EndsWith(name, ".snapshot") || absl::EndsWith(name, ".snapshot.tmp");
    if (ours && !wanted.contains(name)) fs::remove(file->path(), ignored);
  }
}

std::vector<std::shared_ptr<Collection>> Catalog::Collections() const {
  std::vector<std::shared_ptr<Collection>> collections;
  ReaderMutexLock lock(mutex_);
  for (const auto& [name, collection] : collections_) collections.push_back(collection);
  return collections;
}

void Catalog::Heal() {
  if (storage_->healthy()) return;
  const absl::Status status = storage_->Heal();
  if (status.ok()) {
    LogInfo("the store can be written again");
  } else {
    LogWarning("the store cannot be written; it is tried again", {{"reason", status.message()}});
  }
}

void Catalog::Maintain() {
  for (const auto& collection : Collections()) {
    const absl::Status status = collection->Maintain();
    if (status.ok() || absl::IsCancelled(status)) continue;
    LogWarning("maintenance failed; it is tried again",
               {{"collection", collection->Info().spec.name}, {"reason", status.message()}});
  }
}

absl::StatusOr<std::shared_ptr<Collection>> Catalog::Find(absl::string_view name) const {
  ReaderMutexLock lock(mutex_);
  const auto found = collections_.find(name);
  if (found == collections_.end()) {
    return absl::NotFoundError(
        absl::StrCat("collection: there is no collection \"", absl::Utf8SafeCHexEscape(name), "\""));
  }
  return found->second;
}

absl::Status Catalog::CreateCollection(const CollectionSpec& spec, absl::Time deadline) {
  if (absl::Status status = CheckDeadline(deadline); !status.ok()) return status;
  if (absl::Status status = ValidateSpec(spec); !status.ok()) return status;
  MutexLock lock(mutex_);
  if (collections_.contains(spec.name)) {
    return absl::AlreadyExistsError(absl::StrCat("collection: there is a collection \"", spec.name, "\" already"));
  }
  absl::StatusOr<StoredCollection> stored = storage_->CreateCollection(spec);
  if (!stored.ok()) return stored.status();
  absl::StatusOr<std::unique_ptr<Collection>> collection =
      Collection::Load(*std::move(stored), options_.collection, storage_.get());
  if (!collection.ok()) return collection.status();
  collections_.emplace(spec.name, *std::move(collection));
  return absl::OkStatus();
}

absl::Status Catalog::DeleteCollection(absl::string_view name, absl::Time deadline) {
  if (absl::Status status = CheckDeadline(deadline); !status.ok()) return status;
  absl::StatusOr<std::shared_ptr<Collection>> collection = Find(name);
  if (!collection.ok()) return collection.status();
  if (absl::Status status = (*collection)->Drop(); !status.ok()) return status;
  MutexLock lock(mutex_);
  // Another thread may have made a new collection of this name since.
  const auto found = collections_.find(name);
  if (found != collections_.end() && found->second == *collection) collections_.erase(found);
  return absl::OkStatus();
}

absl::StatusOr<CollectionInfo> Catalog::GetCollection(absl::string_view name, absl::Time) {
  absl::StatusOr<std::shared_ptr<Collection>> collection = Find(name);
  if (!collection.ok()) return collection.status();
  return (*collection)->Info();
}

absl::StatusOr<std::vector<CollectionInfo>> Catalog::ListCollections(absl::Time) {
  std::vector<CollectionInfo> infos;
  ReaderMutexLock lock(mutex_);
  for (const auto& [name, collection] : collections_) infos.push_back(collection->Info());
  return infos;
}

absl::StatusOr<WriteResult> Catalog::Upsert(absl::string_view name, absl::string_view model_id, std::vector<Item> items,
                                            absl::Time deadline) {
  if (absl::Status status = CheckDeadline(deadline); !status.ok()) return status;
  absl::StatusOr<std::shared_ptr<Collection>> collection = Find(name);
  if (!collection.ok()) return collection.status();
  return (*collection)->Upsert(model_id, std::move(items), deadline);
}

absl::StatusOr<WriteResult> Catalog::Delete(absl::string_view name, std::span<const std::string> ids,
                                            absl::Time deadline) {
  if (absl::Status status = CheckDeadline(deadline); !status.ok()) return status;
  absl::StatusOr<std::shared_ptr<Collection>> collection = Find(name);
  if (!collection.ok()) return collection.status();
  return (*collection)->Delete(ids, deadline);
}

absl::StatusOr<std::vector<absl::StatusOr<Item>>> Catalog::Get(absl::string_view name, std::span<const std::string> ids,
                                                               const GetOptions& options, absl::Time deadline) {
  if (absl::Status status = CheckDeadline(deadline); !status.ok()) return status;
  absl::StatusOr<std::shared_ptr<Collection>> collection = Find(name);
  if (!collection.ok()) return collection.status();
  return (*collection)->Get(ids, options, deadline);
}

absl::StatusOr<std::vector<std::vector<ScoredItem>>> Catalog::Search(absl::string_view name, const StoreQuery& query,
                                                                     absl::Time deadline) {
  if (absl::Status status = CheckDeadline(deadline); !status.ok()) return status;
  absl::StatusOr<std::shared_ptr<Collection>> collection = Find(name);
  if (!collection.ok()) return collection.status();
  return (*collection)->Search(query, deadline);
}

absl::StatusOr<ItemPage> Catalog::List(absl::string_view name, const ListQuery& query, absl::Time deadline) {
  if (absl::Status status = CheckDeadline(deadline); !status.ok()) return status;
  absl::StatusOr<std::shared_ptr<Collection>> collection = Find(name);
  if (!collection.ok()) return collection.status();
  return (*collection)->List(query, deadline);
}

absl::StatusOr<Facets> Catalog::GetFacets(absl::string_view name, const FacetQuery& query, absl::Time deadline) {
  if (absl::Status status = CheckDeadline(deadline); !status.ok()) return status;
  absl::StatusOr<std::shared_ptr<Collection>> collection = Find(name);
  if (!collection.ok()) return collection.status();
  return (*collection)->GetFacets(query, deadline);
}

absl::StatusOr<AuditReport> Catalog::Audit(absl::string_view name, bool repair, absl::Time deadline) {
  if (absl::Status status = CheckDeadline(deadline); !status.ok()) return status;
  absl::StatusOr<std::shared_ptr<Collection>> collection = Find(name);
  if (!collection.ok()) return collection.status();
  return (*collection)->Audit(repair, deadline);
}

absl::Status Catalog::Backup(const std::function<absl::Status(absl::string_view)>& sink, absl::Time deadline) {
  return storage_->Backup([&](absl::string_view bytes) {
    if (absl::Status status = CheckDeadline(deadline); !status.ok()) return status;
    return sink(bytes);
  });
}

}  // namespace lookalike
