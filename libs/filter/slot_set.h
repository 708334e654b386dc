// SPDX-License-Identifier: Apache-2.0
// Private to libs/filter: sets of slots, the parts that the attribute index is made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/inlined_vector.h"

namespace lookalike {

// A set of slots as bits: slot s is bit s % 64 of word s / 64. What a filter is evaluated on, because whatever the sets
// are, 1,000,000 slots are 125 KB that pass through a core in microseconds.
using SlotWords = std::vector<uint64_t>;

inline uint64_t SlotBit(uint32_t slot) { return uint64_t{1} << slot % 64; }
inline void SetSlot(uint32_t slot, SlotWords& words) { words[slot / 64] |= SlotBit(slot); }

// A set of slots as it is kept for one value: a sorted list while it is small, so that a value of one item costs a few
// bytes, and a compressed bitmap beyond.
class SlotSet {
 public:
  // Nothing happens where the slot is in the set already, or is not.
  void Add(uint32_t slot);
  void Remove(uint32_t slot);

  bool empty() const { return few_.empty() && many_ == nullptr; }

  // Sets the bits of the slots; `words` is long enough for all of them.
  void OrInto(SlotWords& words) const;

  // Memory beside the object itself.
  size_t Bytes() const;

 private:
  struct Bitmap;
  struct FreeBitmap {
    void operator()(Bitmap* bitmap) const;
  };

  // One of the two holds the slots.
  absl::InlinedVector<uint32_t, 2> few_;
  std::unique_ptr<Bitmap, FreeBitmap> many_;
};

// A set of slots that a good part of all slots are in: bits, in pages that are made when a slot in them is added.
// It is added to ten times faster than a SlotSet, and growing never copies it.
class DenseSlotSet {
 public:
  DenseSlotSet() = default;
  DenseSlotSet(DenseSlotSet&&) = default;
  DenseSlotSet& operator=(DenseSlotSet&&) = default;

  DenseSlotSet Copy() const;
  void Add(uint32_t slot);
  void Remove(uint32_t slot);  // which is in the set

  // Sets the bits of the slots that are in the set and not in `other`; `words` is long enough for all of them.
  void OrDifferenceInto(const DenseSlotSet& other, SlotWords& words) const;

  // Memory beside the object itself.
  size_t Bytes() const;

 private:
  static constexpr size_t kPageWords = 1024;
  struct Page {
    uint64_t words[kPageWords] = {};
  };

  const Page* PageAt(size_t number) const { return number < pages_.size() ? pages_[number].get() : nullptr; }

  std::vector<std::unique_ptr<Page>> pages_;
};

}  // namespace lookalike
