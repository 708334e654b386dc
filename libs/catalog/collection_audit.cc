// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "absl/time/clock.h"

#include "libs/catalog/collection.h"

namespace lookalike {
namespace {

void AddExample(absl::string_view id, AuditReport& report) {
  if (report.examples.size() < kMaxAuditExamples) report.examples.emplace_back(id);
}

}  // namespace

// Compares first while everything goes on, and looks again at what differs while no write is under way: a write that
// has reached the disk and not yet memory is no fault.
absl::StatusOr<AuditReport> Collection::Audit(bool repair, absl::Time deadline) {
  AuditReport report;
  const absl::StatusOr<std::vector<std::string>> suspicious = FindSuspicious(report);
  if (!suspicious.ok()) return suspicious.status();
  if (absl::Now() >= deadline) return absl::DeadlineExceededError("the deadline passed during the audit");
  const absl::Status status = RunAlone([&] { return AuditItems(*suspicious, repair, report); });
  if (!status.ok()) return status;

  const HnswIndex::Audit graph = CurrentGeneration()->index().AuditGraph(repair);
  report.unreachable = graph.unreachable.size();
  report.mended += graph.mended;
  MutexLock lock(state_mutex_);
  for (const Slot slot : graph.unreachable) {
    if (items_.At(slot).item != nullptr) AddExample(items_.At(slot).item->id, report);
  }
  unreachable_ = graph.unreachable.size() - graph.mended;
  report.indexed = generation_->index().size();
  if (report.mended > 0) ++reshapings_;
  return report;
}

// The ids whose item differs between store, directory and index.
absl::StatusOr<std::vector<std::string>> Collection::FindSuspicious(AuditReport& report) const {
  std::vector<std::string> suspicious;
  std::vector<bool> stored_slots;
  const absl::Status read = storage_->ForEachItem(identity(), "", /*with_embeddings=*/false, [&](const Item& item) {
    ++report.stored;
    report.images += item.images.size();
    ReaderMutexLock lock(state_mutex_);
    if (!IsHeldAs(item)) suspicious.push_back(item.id);
    for (const Slot slot : items_.SlotsOf(item.id)) {
      if (slot >= stored_slots.size()) stored_slots.resize(slot + size_t{1});
      stored_slots[slot] = true;
    }
    return !stopping_;
  });
  if (!read.ok()) return read;
  ReaderMutexLock lock(state_mutex_);
  for (size_t slot = 0; slot < items_.slots(); ++slot) {
    const ItemDirectory::Place& place = items_.At(static_cast<Slot>(slot));
    const bool is_item = place.item != nullptr && place.image == 0;
    if (is_item && (slot >= stored_slots.size() || !stored_slots[slot])) suspicious.push_back(place.item->id);
  }
  return suspicious;
}

// Whether memory has the item as the store has it, and the index its embeddings.
bool Collection::IsHeldAs(const Item& stored) const {
  const ItemDirectory::ItemPointer& held = items_.Find(stored.id);
  return held != nullptr && held->sequence == stored.sequence && held->images.size() == stored.images.size() &&
         IsIndexed(items_.SlotsOf(stored.id).front());
}

absl::Status Collection::AuditItems(const std::vector<std::string>& ids, bool repair, AuditReport& report) {
  if (!ids.empty()) {
    const absl::StatusOr<std::vector<absl::StatusOr<Item>>> stored = storage_->Read(identity(), ids, true);
    if (!stored.ok()) return stored.status();
    for (size_t i = 0; i < ids.size(); ++i) {
      MutexLock lock(state_mutex_);
      if (absl::Status status = AuditItem(ids[i], (*stored)[i], repair, report); !status.ok()) return status;
    }
  }
  // Embeddings whose slot has no item at all.
  MutexLock lock(state_mutex_);
  std::vector<Slot> without_item;
  generation_->index().ForEachSlot([&](Slot slot, uint64_t) {
    state_mutex_.AssertHeld();
    if (items_.At(slot).item == nullptr) without_item.push_back(slot);
  });
  report.phantom += without_item.size();
  if (!repair) return absl::OkStatus();
  for (const Slot slot : without_item) report.mended += generation_->index().Remove(slot).ok() ? 1 : 0;
  return absl::OkStatus();
}

absl::Status Collection::AuditItem(const std::string& id, const absl::StatusOr<Item>& stored, bool repair,
                                   AuditReport& report) {
  if (!stored.ok()) {
    if (items_.Find(id) == nullptr) return absl::OkStatus();  // deleted meanwhile
    ++report.phantom;
    AddExample(id, report);
    if (repair) ApplyDelete(id);
  } else {
    if (IsHeldAs(*stored)) return absl::OkStatus();
    ++report.missing;
    AddExample(id, report);
    if (!repair) return absl::OkStatus();
    if (absl::Status status = ApplyUpsert(*stored); !status.ok()) return status;
  }
  report.mended += repair ? 1 : 0;
  return absl::OkStatus();
}

}  // namespace lookalike
