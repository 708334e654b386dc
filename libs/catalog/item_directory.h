// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"

#include "libs/ann/vector_index.h"
#include "libs/catalog/item.h"
#include "libs/filter/attribute_index.h"

namespace lookalike {

// What a collection knows of its items in memory, embeddings apart: which there are, under which slots the images of
// each are known to the vector index, and which items a filter lets through.
//
// Every image has a slot of its own. That of an item's first image stands for the item as well: in the index of
// attributes, and in what Select() gives. An image keeps its slot as long as its item has an image at that place; slots
// that are given up go to the next ones.
//
// Not thread-safe: the const methods may run beside each other.
class ItemDirectory {
 public:
  // Items are shared with the searches that give them out, and never change. Their embeddings are empty.
  using ItemPointer = std::shared_ptr<const Item>;
  // Of one item's images, in their order.
  using Slots = absl::InlinedVector<Slot, 4>;

  static constexpr Slot kNoSlot = std::numeric_limits<Slot>::max();
  // What a slot stands for.
  struct Place {
    ItemPointer item;     // null where the slot is empty
    uint32_t image = 0;   // of the item, from 0
    Slot next = kNoSlot;  // of the item's next image
  };

  // Adds an item, or puts it in the place of the one with its id, whose slots the images take over in their order.
  // Returns the slots of its images; those of SlotsOf() before that are not among them are empty now.
  Slots Put(ItemPointer item);
  // Adds an item, one slot for each of its images, for loading. Where its id or one of the slots is there already, the
  // item of the later sequence number stays, and the other makes way. FinishPlacing() comes after the last.
  void PlaceAt(std::span<const Slot> slots, ItemPointer item);
  void FinishPlacing();
  // Takes the item of an id out and returns the slots that it had; none where there is no such item.
  Slots Remove(absl::string_view id);

  // Null where there is none of this id.
  const ItemPointer& Find(absl::string_view id) const;
  // None where there is no item of this id.
  Slots SlotsOf(absl::string_view id) const;
  // An empty place where the slot is empty.
  const Place& At(Slot slot) const;

  size_t size() const { return slot_of_id_.size(); }  // items that there are
  size_t images() const { return images_; }           // that they have together
  size_t slots() const { return places_.size(); }     // all slots are below it

  // The slots of the items that match, of each its first; `filter` has been checked against the schema.
  Selection Select(const Filter& filter) const { return attributes_.Select(filter); }
  // Adds to what Select() gave the slots of those items' other images.
  Selection WithAllImages(Selection items) const;
  std::optional<Facet> FacetOf(absl::string_view attribute, const Selection& among, size_t max_values) const {
    return attributes_.FacetOf(attribute, among, max_values);
  }

 private:
  Slots Chain(Slot first) const;
  Slot TakeEmptySlot();
  void GiveUp(Slot slot);
  // Puts an item into `slots`, which are all empty or its own.
  void Fill(std::span<const Slot> slots, const ItemPointer& item);

  std::vector<Place> places_;  // by slot
  std::vector<Slot> empty_;    // slots of places_ to be used again
  size_t images_ = 0;
  // One bit for each slot: the first of an item of several images.
  std::vector<uint64_t> has_more_;
  absl::flat_hash_map<absl::string_view, Slot> slot_of_id_;  // the first; the keys are the ids of places_
  AttributeIndex attributes_;
};

}  // namespace lookalike
