// SPDX-License-Identifier: Apache-2.0
#include "libs/catalog/item_directory.h"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

namespace lookalike {
namespace {

constexpr size_t kBits = 64;  // of a word of a bit set

void SetBit(std::vector<uint64_t>& words, Slot slot, bool value) {
  if (slot / kBits >= words.size()) {
    if (!value) return;
    words.resize(slot / kBits + 1);
  }
  const uint64_t bit = uint64_t{1} << slot % kBits;
  words[slot / kBits] = value ? words[slot / kBits] | bit : words[slot / kBits] & ~bit;
}

}  // namespace

ItemDirectory::Slots ItemDirectory::Put(ItemPointer item) {
  Slots slots = SlotsOf(item->id);
  if (!slots.empty()) {
    attributes_.Remove(slots.front(), places_[slots.front()].item->attributes);
    // The key is the old item's: it must not outlive it.
    slot_of_id_.erase(item->id);
    images_ -= slots.size();
  }
  while (slots.size() > item->images.size()) {
    GiveUp(slots.back());
    slots.pop_back();
  }
  while (slots.size() < item->images.size()) slots.push_back(TakeEmptySlot());
  Fill(slots, item);
  return slots;
}

void ItemDirectory::PlaceAt(std::span<const Slot> slots, ItemPointer item) {
  const auto is_older = [&](const ItemPointer& other) { return other == nullptr || other->sequence < item->sequence; };
  const bool later = is_older(Find(item->id)) &&
                     std::all_of(slots.begin(), slots.end(), [&](Slot slot) { return is_older(At(slot).item); });
  if (!later) return;
  Remove(std::string(item->id));
  for (const Slot slot : slots) {
    if (slot >= places_.size()) places_.resize(slot + size_t{1});
    if (places_[slot].item != nullptr) Remove(std::string(places_[slot].item->id));
  }
  Fill(slots, item);
}

void ItemDirectory::Fill(std::span<const Slot> slots, const ItemPointer& item) {
  for (size_t i = 0; i < slots.size(); ++i) {
    places_[slots[i]] = {item, static_cast<uint32_t>(i), i + 1 < slots.size() ? slots[i + 1] : kNoSlot};
  }
  images_ += slots.size();
  SetBit(has_more_, slots.front(), slots.size() > 1);
  slot_of_id_.emplace(item->id, slots.front());
  attributes_.Add(slots.front(), item->attributes);
}

void ItemDirectory::FinishPlacing() {
  empty_.clear();
  for (size_t slot = places_.size(); slot-- > 0;) {
    if (places_[slot].item == nullptr) empty_.push_back(static_cast<Slot>(slot));
  }
}

ItemDirectory::Slots ItemDirectory::Remove(absl::string_view id) {
  const auto found = slot_of_id_.find(id);
  if (found == slot_of_id_.end()) return {};
  const Slots slots = Chain(found->second);
  attributes_.Remove(slots.front(), places_[slots.front()].item->attributes);
  SetBit(has_more_, slots.front(), false);
  slot_of_id_.erase(found);
  images_ -= slots.size();
  for (size_t i = slots.size(); i-- > 0;) GiveUp(slots[i]);
  return slots;
}

Slot ItemDirectory::TakeEmptySlot() {
  if (empty_.empty()) {
    places_.emplace_back();
    return static_cast<Slot>(places_.size() - 1);
  }
  const Slot slot = empty_.back();
  empty_.pop_back();
  return slot;
}

void ItemDirectory::GiveUp(Slot slot) {
  places_[slot] = Place();
  empty_.push_back(slot);
}

const ItemDirectory::ItemPointer& ItemDirectory::Find(absl::string_view id) const {
  const auto found = slot_of_id_.find(id);
  return At(found == slot_of_id_.end() ? kNoSlot : found->second).item;
}

ItemDirectory::Slots ItemDirectory::SlotsOf(absl::string_view id) const {
  const auto found = slot_of_id_.find(id);
  return Chain(found == slot_of_id_.end() ? kNoSlot : found->second);
}

ItemDirectory::Slots ItemDirectory::Chain(Slot first) const {
  Slots slots;
  for (Slot slot = first; slot != kNoSlot; slot = places_[slot].next) slots.push_back(slot);
  return slots;
}

const ItemDirectory::Place& ItemDirectory::At(Slot slot) const {
  static const Place* const none = new Place();
  return slot < places_.size() ? places_[slot] : *none;
}

Selection ItemDirectory::WithAllImages(Selection items) const {
  const size_t words = std::min(items.words.size(), has_more_.size());
  std::vector<Slot> others;
  for (size_t word = 0; word < words; ++word) {
    for (uint64_t bits = items.words[word] & has_more_[word]; bits != 0; bits &= bits - 1) {
      const size_t first = word * kBits + static_cast<size_t>(std::countr_zero(bits));
      for (Slot slot = places_[first].next; slot != kNoSlot; slot = places_[slot].next) others.push_back(slot);
    }
  }
  for (const Slot slot : others) SetBit(items.words, slot, true);
  items.count += others.size();
  return items;
}

}  // namespace lookalike
