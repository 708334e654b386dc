// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/item_directory.h"

#include <utility>

namespace lookalike {

Slot ItemDirectory::Put(ItemPointer item) {
  const auto found = slot_of_id_.find(item->id);
  if (found != slot_of_id_.end()) {
    const Slot slot = found->second;
    attributes_.Remove(slot, items_[slot]->attributes);
    attributes_.Add(slot, item->attributes);
    // The old key is the old item's: it must not outlive it.
    slot_of_id_.erase(found);
    slot_of_id_.emplace(item->id, slot);
    items_[slot] = std::move(item);
    return slot;
  }
  if (empty_.empty()) {
    empty_.push_back(static_cast<Slot>(items_.size()));
    items_.emplace_back();
  }
  const Slot slot = empty_.back();
  empty_.pop_back();
  attributes_.Add(slot, item->attributes);
  slot_of_id_.emplace(item->id, slot);
  items_[slot] = std::move(item);
  return slot;
}

bool ItemDirectory::Place(Slot slot, ItemPointer item) {
  if (slot >= items_.size()) items_.resize(slot + size_t{1});
  if (items_[slot] != nullptr) return false;
  if (const auto found = slot_of_id_.find(item->id); found != slot_of_id_.end()) {
    if (items_[found->second]->sequence >= item->sequence) return false;
    const std::string id = item->id;
    Remove(id);
  }
  attributes_.Add(slot, item->attributes);
  slot_of_id_.emplace(item->id, slot);
  items_[slot] = std::move(item);
  return true;
}

void ItemDirectory::FinishPlacing() {
  empty_.clear();
  for (size_t slot = items_.size(); slot-- > 0;) {
    if (items_[slot] == nullptr) empty_.push_back(static_cast<Slot>(slot));
  }
}

std::optional<Slot> ItemDirectory::Remove(absl::string_view id) {
  const auto found = slot_of_id_.find(id);
  if (found == slot_of_id_.end()) return std::nullopt;
  const Slot slot = found->second;
  attributes_.Remove(slot, items_[slot]->attributes);
  slot_of_id_.erase(found);
  items_[slot].reset();
  empty_.push_back(slot);
  return slot;
}

std::optional<Slot> ItemDirectory::SlotOf(absl::string_view id) const {
  const auto found = slot_of_id_.find(id);
  if (found == slot_of_id_.end()) return std::nullopt;
  return found->second;
}

const ItemDirectory::ItemPointer& ItemDirectory::At(Slot slot) const {
  static const ItemPointer* const none = new ItemPointer();
  return slot < items_.size() ? items_[slot] : *none;
}

}  // namespace lookalike
