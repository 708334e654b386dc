// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/collection.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "libs/catalog/validation.h"
#include "libs/file/kill_point.h"

namespace lookalike {
namespace {

absl::Status NoSuchCollection(const CollectionSpec& spec) {
  return absl::NotFoundError(absl::StrCat("collection: there is no collection \"", spec.name, "\""));
}

}  // namespace

// What a group of writes will change, gathered before anything is written.
struct Collection::Plan {
  StoredCollection after;  // the collection as it will be
  bool new_schema = false;
  std::vector<Storage::Change> changes;
  // Whether an id will exist, for those that the group has touched so far.
  absl::flat_hash_map<std::string, bool> exists;
};

Collection::Collection(StoredCollection stored, const Options& options, Storage* storage)
    : options_(options),
      spec_(stored.spec),
      number_(stored.number),
      storage_(storage),
      stored_(std::move(stored)),
      gate_(stored_.sequence),
      commit_([this](std::span<WriteRequest* const> requests) { Commit(requests); }) {}

CollectionInfo Collection::Info() const {
  std::shared_ptr<const Generation> generation;
  CollectionInfo info;
  {
    ReaderMutexLock lock(state_mutex_);
    generation = generation_;
    info = {.spec = spec_,
            .items = items_.size(),
            .sequence = stored_.sequence,
            .snapshot_sequence = snapshot_sequence_,
            .snapshot_time = snapshot_time_,
            .snapshot_bytes = snapshot_bytes_,
            .rebuilds = rebuilds_,
            .rebuilding = next_ != nullptr,
            .unreachable = unreachable_,
            .schema = stored_.schema,
            .ranking_profiles = ranking_profiles_};
  }
  // They can wait for the linking of a row, which nobody else should wait for.
  const HnswIndex::Figures figures = generation->index().figures();
  info.tombstones = figures.tombstones;
  info.backlog = figures.backlog;
  info.index_bytes = figures.bytes;
  info.mean_items = generation->mean().items;
  return info;
}

absl::StatusOr<WriteResult> Collection::Upsert(absl::string_view model_id, std::vector<Item> items,
                                               absl::Time deadline) {
  if (absl::Status status = ValidateModel(model_id, spec_); !status.ok()) return status;
  if (absl::Status status = ValidateCount("items", items.size(), 1, kMaxBatchItems); !status.ok()) return status;
  if (absl::Status status = WaitForBacklog(deadline); !status.ok()) return status;
  std::vector<Operation> operations(std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
  return Write(std::move(operations), deadline);
}

absl::StatusOr<WriteResult> Collection::Delete(std::span<const std::string> ids, absl::Time deadline) {
  if (absl::Status status = ValidateCount("ids", ids.size(), 1, kMaxBatchItems); !status.ok()) return status;
  return Write({ids.begin(), ids.end()}, deadline);
}

std::shared_ptr<Generation> Collection::CurrentGeneration() const {
  ReaderMutexLock lock(state_mutex_);
  return generation_;
}

absl::Status Collection::WaitForBacklog(absl::Time deadline) const {
  const std::shared_ptr<const Generation> generation = CurrentGeneration();
  const size_t backlog = generation->index().backlog();
  if (backlog <= options_.max_backlog) return absl::OkStatus();
  const absl::Time give_up = absl::Now() + options_.max_backlog_wait;
  if (generation->index().WaitForBacklog(options_.max_backlog, std::min(deadline, give_up))) return absl::OkStatus();
  if (deadline < give_up) {
    return absl::DeadlineExceededError("the deadline passed while the write waited for the backlog to get shorter");
  }
  return absl::ResourceExhaustedError(absl::StrCat(
      "backlog: ", backlog, " embeddings wait to be linked into the graph, at most ", options_.max_backlog, " may"));
}

absl::Status Collection::SetRankingProfile(absl::string_view name, std::string profile) {
  if (absl::Status status = ValidateProfileName(name); !status.ok()) return status;
  if (profile.size() > kMaxRankingProfileBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("profile: takes ", profile.size(), " bytes; at most ", kMaxRankingProfileBytes, " are kept"));
  }
  return RunAlone([&]() -> absl::Status {
    {
      ReaderMutexLock lock(state_mutex_);
      if (dropped_) return NoSuchCollection(spec_);
      if (!ranking_profiles_.contains(name) && ranking_profiles_.size() >= kMaxRankingProfiles) {
        return absl::InvalidArgumentError(
            absl::StrCat("name: the collection has ", kMaxRankingProfiles, " ranking profiles already"));
      }
    }
    if (absl::Status status = storage_->WriteRankingProfile(identity(), name, profile); !status.ok()) return status;
    MutexLock lock(state_mutex_);
    ranking_profiles_[std::string(name)] = std::move(profile);
    return absl::OkStatus();
  });
}

absl::Status Collection::DeleteRankingProfile(absl::string_view name) {
  return RunAlone([&]() -> absl::Status {
    {
      ReaderMutexLock lock(state_mutex_);
      if (dropped_) return NoSuchCollection(spec_);
      if (!ranking_profiles_.contains(name)) {
        return absl::NotFoundError(
            absl::StrCat("name: there is no ranking profile \"", absl::Utf8SafeCHexEscape(name), "\""));
      }
    }
    if (absl::Status status = storage_->DeleteRankingProfile(identity(), name); !status.ok()) return status;
    MutexLock lock(state_mutex_);
    ranking_profiles_.erase(ranking_profiles_.find(name));
    return absl::OkStatus();
  });
}

absl::StatusOr<WriteResult> Collection::Write(std::vector<Operation> operations, absl::Time deadline) {
  WriteRequest request{.operations = std::move(operations)};
  if (absl::Status status = commit_.Run(request, deadline); !status.ok()) return status;
  if (!request.status.ok()) return request.status;
  return std::move(request.result);
}

absl::Status Collection::RunAlone(std::function<absl::Status()> job) {
  WriteRequest request{.job = std::move(job)};
  if (absl::Status status = commit_.Run(request, absl::InfiniteFuture()); !status.ok()) return status;
  return request.status;
}

// The writes of the group first, then its jobs.
void Collection::Commit(std::span<WriteRequest* const> requests) {
  std::vector<WriteRequest*> writes;
  std::copy_if(requests.begin(), requests.end(), std::back_inserter(writes),
               [](const WriteRequest* request) { return request->job == nullptr; });
  if (const absl::Status status = CommitOperations(writes); !status.ok()) {
    for (WriteRequest* request : writes) request->status = status;
  }
  for (WriteRequest* request : requests) {
    if (request->job != nullptr) request->status = request->job();
  }
}

absl::Status Collection::CommitOperations(std::span<WriteRequest* const> requests) {
  Plan plan;
  {
    ReaderMutexLock lock(state_mutex_);
    if (dropped_) return NoSuchCollection(spec_);
    plan.after = stored_;
  }
  for (WriteRequest* request : requests) {
    for (Operation& operation : request->operations) {
      request->result.items.push_back(PlanOperation(plan, operation));
    }
    request->result.sequence = plan.after.sequence;
  }
  if (plan.changes.empty()) return absl::OkStatus();
  if (absl::Status status = storage_->Write(plan.after, plan.changes, plan.new_schema); !status.ok()) return status;
  KillPoint("collection.after_store");
  for (WriteRequest* request : requests) Apply(*request);
  const uint64_t sequence = plan.after.sequence;
  {
    MutexLock lock(state_mutex_);
    stored_ = std::move(plan.after);
    last_write_ = absl::Now();
  }
  gate_.Open(sequence);
  return absl::OkStatus();
}

// Judges an operation in the light of those before it in the group; where it is good, the plan contains it.
absl::Status Collection::PlanOperation(Plan& plan, Operation& operation) const {
  if (Item* item = std::get_if<Item>(&operation)) {
    const size_t attributes_before = plan.after.schema.size();
    if (absl::Status status = PrepareItem(spec_.dimension, plan.after.schema, *item); !status.ok()) return status;
    plan.new_schema |= plan.after.schema.size() != attributes_before;
    item->sequence = ++plan.after.sequence;
    plan.changes.emplace_back(item);
    plan.exists[item->id] = true;
    return absl::OkStatus();
  }
  const std::string& id = std::get<std::string>(operation);
  if (absl::Status status = ValidateItemId(id); !status.ok()) return status;
  const auto planned = plan.exists.find(id);
  bool exists = planned != plan.exists.end() && planned->second;
  if (planned == plan.exists.end()) {
    ReaderMutexLock lock(state_mutex_);
    exists = items_.SlotOf(id).has_value();
  }
  if (!exists) return absl::NotFoundError(absl::StrCat("id: there is no item \"", id, "\""));
  plan.changes.emplace_back(Storage::Deletion{id, ++plan.after.sequence});
  plan.exists[id] = false;
  return absl::OkStatus();
}

// Brings memory to what the disk now holds.
void Collection::Apply(WriteRequest& request) {
  for (size_t i = 0; i < request.operations.size(); ++i) {
    if (!request.result.items[i].ok()) continue;
    MutexLock lock(state_mutex_);
    if (Item* item = std::get_if<Item>(&request.operations[i])) {
      request.result.items[i] = ApplyUpsert(std::move(*item));
    } else {
      ApplyDelete(std::get<std::string>(request.operations[i]));
    }
  }
}

absl::Status Collection::ApplyUpsert(Item item) {
  const Embedding embedding = std::exchange(item.embedding, {});
  const uint64_t sequence = item.sequence;
  const Slot slot = items_.Put(std::make_shared<const Item>(std::move(item)));
  if (next_ != nullptr && !next_->Put(slot, sequence, embedding).ok()) next_.reset();  // the rebuild finds itself ended
  const absl::Status status = generation_->Put(slot, sequence, embedding);
  // Where there is no memory for it the item cannot be found until an audit mends that. Its old embedding goes: it is
  // no longer true.
  if (!status.ok()) generation_->index().Remove(slot).IgnoreError();
  return status;
}

void Collection::ApplyDelete(const std::string& id) {
  const std::optional<Slot> slot = items_.Remove(id);
  if (!slot) return;
  // NotFound where there was no memory for the embedding, or the rebuild has not come to it.
  generation_->index().Remove(*slot).IgnoreError();
  if (next_ != nullptr) next_->index().Remove(*slot).IgnoreError();
}

absl::StatusOr<std::vector<absl::StatusOr<Item>>> Collection::Get(std::span<const std::string> ids,
                                                                  const GetOptions& options,
                                                                  absl::Time deadline) const {
  if (absl::Status status = ValidateCount("ids", ids.size(), 1, kMaxBatchItems); !status.ok()) return status;
  for (const std::string& id : ids) {
    if (absl::Status status = ValidateItemId(id); !status.ok()) return status;
  }
  if (absl::Status status = gate_.Pass(options.min_sequence, deadline); !status.ok()) return status;
  return storage_->Read(identity(), ids, options.with_embeddings);
}

absl::StatusOr<ItemPage> Collection::List(const ListQuery& query, absl::Time deadline) const {
  if (absl::Status status = ValidateCount("limit", query.limit, 1, kMaxListLimit); !status.ok()) return status;
  std::string after;
  if (!absl::WebSafeBase64Unescape(query.cursor, &after)) {
    return absl::InvalidArgumentError("cursor: is not one that a page before gave");
  }
  if (absl::Status status = gate_.Pass(query.min_sequence, deadline); !status.ok()) return status;
  ItemPage page;
  const absl::Status read = storage_->ForEachItem(identity(), after, /*with_embeddings=*/false, [&](Item item) {
    if (page.items.size() == query.limit) {
      page.next_cursor = absl::WebSafeBase64Escape(page.items.back().id);
      return false;
    }
    page.items.push_back(std::move(item));
    return true;
  });
  if (!read.ok()) return read;
  return page;
}

absl::Status Collection::Drop() {
  const absl::Status status = RunAlone([this]() -> absl::Status {
    MutexLock lock(state_mutex_);
    if (dropped_) return NoSuchCollection(spec_);
    if (absl::Status deleted = storage_->DeleteCollection(stored_); !deleted.ok()) return deleted;
    dropped_ = true;
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  Stop();
  gate_.Close(NoSuchCollection(spec_));
  std::error_code ignored;  // a snapshot that is left is removed at the next start
  std::filesystem::remove(SnapshotPath(), ignored);
  return absl::OkStatus();
}

}  // namespace lookalike
