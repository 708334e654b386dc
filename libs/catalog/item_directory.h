// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

#include "libs/ann/vector_index.h"
#include "libs/catalog/item.h"
#include "libs/filter/attribute_index.h"

namespace lookalike {

// What a collection knows of its items in memory, embeddings apart: which there are, under which slot each is known to
// the vector index, and which of them a filter lets through. An item keeps its slot for life; the slots of deleted
// items go to the next ones.
//
// Not thread-safe: the const methods may run beside each other.
class ItemDirectory {
 public:
  // Items are shared with the searches that give them out, and never change. Their embeddings are empty.
  using ItemPointer = std::shared_ptr<const Item>;

  // Adds an item, or puts it in the place of the one with its id. Returns its slot.
  Slot Put(ItemPointer item);
  // Adds an item at a slot that is empty, for loading. False where its id is there already with the same or a later
  // sequence number; an earlier one makes way. FinishPlacing() comes after the last.
  bool Place(Slot slot, ItemPointer item);
  void FinishPlacing();
  // Takes the item of an id out and returns the slot that it had; nothing where there is none.
  std::optional<Slot> Remove(absl::string_view id);

  std::optional<Slot> SlotOf(absl::string_view id) const;
  // Null where the slot is empty.
  const ItemPointer& At(Slot slot) const;

  // Items that there are.
  size_t size() const { return slot_of_id_.size(); }
  // All slots are below it.
  size_t slots() const { return items_.size(); }

  // The slots of the items that match; `filter` has been checked against the schema.
  Selection Select(const Filter& filter) const { return attributes_.Select(filter); }
  std::optional<Facet> FacetOf(absl::string_view attribute, const Selection& among, size_t max_values) const {
    return attributes_.FacetOf(attribute, among, max_values);
  }

 private:
  std::vector<ItemPointer> items_;                           // by slot
  std::vector<Slot> empty_;                                  // slots of items_ to be used again
  absl::flat_hash_map<absl::string_view, Slot> slot_of_id_;  // the keys are the ids of items_
  AttributeIndex attributes_;
};

}  // namespace lookalike
