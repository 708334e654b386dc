// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/collection.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "libs/catalog/validation.h"

namespace lookalike {
namespace {

absl::Status NoSuchCollection(const CollectionSpec& spec) {
  return absl::NotFoundError(absl::StrCat("collection: there is no collection \"", spec.name, "\""));
}

bool ByScoreThenId(const ScoredItem& a, const ScoredItem& b) {
  return a.score != b.score ? a.score > b.score : a.item.id < b.item.id;
}

absl::Status ValidateQuery(const CollectionSpec& spec, const StoreQuery& query) {
  if (absl::Status status = ValidateModel(query.model_id, spec); !status.ok()) return status;
  if (absl::Status status = ValidateCount("k", query.k, 1, kMaxK); !status.ok()) return status;
  if (query.min_score && !(*query.min_score >= -1 && *query.min_score <= 1)) {
    return absl::InvalidArgumentError(absl::StrCat("min_score: must be -1 to 1, got ", *query.min_score));
  }
  for (const Embedding& embedding : query.embeddings) {
    if (embedding.size() != spec.dimension) {
      return absl::InvalidArgumentError(
          absl::StrCat("embedding: has ", embedding.size(), " values; the collection's dimension is ", spec.dimension));
    }
  }
  return ValidateCount("queries", query.embeddings.size(), 1, kMaxBatchQueries);
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

absl::StatusOr<std::unique_ptr<Collection>> Collection::Load(StoredCollection stored, IndexOptions index_options,
                                                             Storage* storage) {
  index_options.dimension = stored.spec.dimension;
  absl::StatusOr<std::unique_ptr<HnswIndex>> index = HnswIndex::Create(index_options);
  if (!index.ok()) return index.status();
  auto collection = std::unique_ptr<Collection>(new Collection(std::move(stored), *std::move(index), storage));
  absl::Status status;
  Collection& self = *collection;
  MutexLock lock(self.state_mutex_);
  const absl::Status read = storage->ForEachItem(self.stored_, "", /*with_embeddings=*/true, [&](Item item) {
    self.state_mutex_.AssertHeld();
    status = self.ApplyUpsert(item);
    return status.ok();
  });
  if (!read.ok()) return read;
  if (!status.ok()) return status;
  return collection;
}

Collection::Collection(StoredCollection stored, std::unique_ptr<VectorIndex> index, Storage* storage)
    : spec_(stored.spec),
      number_(stored.number),
      storage_(storage),
      stored_(std::move(stored)),
      index_(std::move(index)),
      gate_(stored_.sequence),
      commit_([this](std::span<WriteRequest* const> requests) { Commit(requests); }) {}

CollectionInfo Collection::Info() const {
  ReaderMutexLock lock(state_mutex_);
  CollectionInfo info;
  info.spec = spec_;
  info.items = slot_of_id_.size();
  info.tombstones = index_->tombstones();
  info.sequence = stored_.sequence;
  info.schema = stored_.schema;
  return info;
}

absl::StatusOr<WriteResult> Collection::Upsert(absl::string_view model_id, std::vector<Item> items,
                                               absl::Time deadline) {
  if (absl::Status status = ValidateModel(model_id, spec_); !status.ok()) return status;
  if (absl::Status status = ValidateCount("items", items.size(), 1, kMaxBatchItems); !status.ok()) return status;
  std::vector<Operation> operations(std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
  return Write(std::move(operations), deadline);
}

absl::StatusOr<WriteResult> Collection::Delete(std::span<const std::string> ids, absl::Time deadline) {
  if (absl::Status status = ValidateCount("ids", ids.size(), 1, kMaxBatchItems); !status.ok()) return status;
  return Write({ids.begin(), ids.end()}, deadline);
}

absl::StatusOr<WriteResult> Collection::Write(std::vector<Operation> operations, absl::Time deadline) {
  WriteRequest request;
  request.operations = std::move(operations);
  if (absl::Status status = commit_.Run(request, deadline); !status.ok()) return status;
  if (!request.status.ok()) return request.status;
  return std::move(request.result);
}

void Collection::Commit(std::span<WriteRequest* const> requests) {
  const auto drop = std::find_if(requests.begin(), requests.end(), [](const WriteRequest* r) { return r->drop; });
  // Whoever writes beside the one that drops the collection finds it gone.
  const absl::Status status = drop == requests.end() ? CommitOperations(requests) : NoSuchCollection(spec_);
  if (!status.ok()) {
    for (WriteRequest* request : requests) request->status = status;
  }
  if (drop != requests.end()) (*drop)->status = CommitDrop();
}

absl::Status Collection::CommitDrop() {
  MutexLock lock(state_mutex_);
  if (dropped_) return NoSuchCollection(spec_);
  if (absl::Status status = storage_->DeleteCollection(stored_); !status.ok()) return status;
  dropped_ = true;
  gate_.Close(NoSuchCollection(spec_));
  return absl::OkStatus();
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
  for (WriteRequest* request : requests) Apply(*request);
  const uint64_t sequence = plan.after.sequence;
  {
    MutexLock lock(state_mutex_);
    stored_ = std::move(plan.after);
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
    exists = slot_of_id_.contains(id);
  }
  if (!exists) return absl::NotFoundError(absl::StrCat("id: there is no item \"", id, "\""));
  ++plan.after.sequence;
  plan.changes.emplace_back(Storage::Deletion{id, plan.after.sequence});
  plan.exists[id] = false;
  return absl::OkStatus();
}

// Brings memory to what the disk now holds.
void Collection::Apply(WriteRequest& request) {
  for (size_t i = 0; i < request.operations.size(); ++i) {
    if (!request.result.items[i].ok()) continue;
    MutexLock lock(state_mutex_);
    if (const Item* item = std::get_if<Item>(&request.operations[i])) {
      request.result.items[i] = ApplyUpsert(*item);
    } else {
      ApplyDelete(std::get<std::string>(request.operations[i]));
    }
  }
}

absl::Status Collection::ApplyUpsert(const Item& item) {
  const Slot slot = static_cast<Slot>(items_.size());
  // The new embedding first: where there is no memory for it the item stays findable as it was.
  if (absl::Status status = index_->Add(slot, item.embedding); !status.ok()) return status;
  ApplyDelete(item.id);
  auto kept = std::make_unique<Item>(item);
  kept->embedding = {};
  items_.push_back(std::move(kept));
  slot_of_id_[item.id] = slot;
  return absl::OkStatus();
}

void Collection::ApplyDelete(const std::string& id) {
  const auto found = slot_of_id_.find(id);
  if (found == slot_of_id_.end()) return;
  // Cannot fail: every slot in slot_of_id_ was added to the index and removed from it only here.
  index_->Remove(found->second).IgnoreError();
  items_[found->second].reset();
  slot_of_id_.erase(found);
}

absl::StatusOr<std::vector<std::vector<ScoredItem>>> Collection::Search(const StoreQuery& query,
                                                                        absl::Time deadline) const {
  if (absl::Status status = ValidateQuery(spec_, query); !status.ok()) return status;
  if (absl::Status status = gate_.Pass(query.min_sequence, deadline); !status.ok()) return status;
  {
    ReaderMutexLock lock(state_mutex_);
    if (absl::Status status = query.filter.CheckAgainst(stored_.schema); !status.ok()) return status;
  }
  std::vector<std::vector<ScoredItem>> results;
  for (const Embedding& embedding : query.embeddings) {
    if (absl::Now() >= deadline) return absl::DeadlineExceededError("the deadline passed during the search");
    ReaderMutexLock lock(state_mutex_);
    absl::StatusOr<std::vector<ScoredItem>> found = SearchOne(embedding, query);
    if (!found.ok()) return found.status();
    results.push_back(*std::move(found));
  }
  return results;
}

absl::StatusOr<std::vector<ScoredItem>> Collection::SearchOne(const Embedding& embedding,
                                                              const StoreQuery& query) const {
  SlotFilter slot_filter;
  if (!query.filter.MatchesEverything()) {
    slot_filter = [&](Slot slot) {
      state_mutex_.AssertReaderHeld();
      return query.filter.Matches(items_[slot]->attributes);
    };
  }
  absl::StatusOr<std::vector<Neighbor>> neighbors = index_->Search(embedding, query.k, slot_filter);
  if (!neighbors.ok()) return neighbors.status();
  std::vector<ScoredItem> results;
  results.reserve(neighbors->size());
  for (const Neighbor& neighbor : *neighbors) {
    // Rounding may carry a cosine a little over 1.
    const float score = std::clamp(neighbor.similarity, -1.0f, 1.0f);
    if (query.min_score && score < *query.min_score) continue;
    results.push_back({*items_[neighbor.slot], score});
  }
  std::sort(results.begin(), results.end(), ByScoreThenId);
  return results;
}

absl::StatusOr<std::vector<absl::StatusOr<Item>>> Collection::Get(std::span<const std::string> ids,
                                                                  const GetOptions& options,
                                                                  absl::Time deadline) const {
  if (absl::Status status = ValidateCount("ids", ids.size(), 1, kMaxBatchItems); !status.ok()) return status;
  for (const std::string& id : ids) {
    if (absl::Status status = ValidateItemId(id); !status.ok()) return status;
  }
  if (absl::Status status = gate_.Pass(options.min_sequence, deadline); !status.ok()) return status;
  return storage_->Read({.number = number_, .spec = spec_}, ids, options.with_embeddings);
}

absl::StatusOr<ItemPage> Collection::List(const ListQuery& query, absl::Time deadline) const {
  if (absl::Status status = ValidateCount("limit", query.limit, 1, kMaxListLimit); !status.ok()) return status;
  std::string after;
  if (!absl::WebSafeBase64Unescape(query.cursor, &after)) {
    return absl::InvalidArgumentError("cursor: is not one that a page before gave");
  }
  if (absl::Status status = gate_.Pass(query.min_sequence, deadline); !status.ok()) return status;
  ItemPage page;
  const StoredCollection stored = {.number = number_, .spec = spec_};
  const absl::Status read = storage_->ForEachItem(stored, after, /*with_embeddings=*/false, [&](Item item) {
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

// Ids alone: the graph is hnswlib's, and what it holds cannot be walked from here.
absl::StatusOr<AuditReport> Collection::Audit(bool, absl::Time) const {
  AuditReport report;
  ReaderMutexLock lock(state_mutex_);
  report.indexed = slot_of_id_.size();
  uint64_t known = 0;
  const StoredCollection stored = {.number = number_, .spec = spec_};
  const absl::Status read = storage_->ForEachItem(stored, "", /*with_embeddings=*/false, [&](Item item) {
    state_mutex_.AssertReaderHeld();
    ++report.stored;
    if (slot_of_id_.contains(item.id)) {
      ++known;
    } else if (report.examples.size() < kMaxAuditExamples) {
      report.examples.push_back(item.id);
    }
    return true;
  });
  if (!read.ok()) return read;
  report.missing = report.stored - known;
  report.phantom = report.indexed - known;
  return report;
}

absl::Status Collection::Drop() {
  WriteRequest request;
  request.drop = true;
  if (absl::Status status = commit_.Run(request, absl::InfiniteFuture()); !status.ok()) return status;
  return request.status;
}

}  // namespace lookalike
