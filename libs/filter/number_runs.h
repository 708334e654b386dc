// SPDX-License-Identifier: Apache-2.0
// Private to libs/filter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "libs/filter/dense_slot_set.h"
#include "libs/filter/slot_words.h"

namespace lookalike {

// The number of one item and its slot. Items that have the same number are told apart, and ordered, by their slots.
using NumberEntry = std::pair<double, uint32_t>;

// Entries in order, in runs of some hundred: a B-tree of two levels with wide leaves, because a walk over the slots of
// a range is what it is there for. The slots of a run lie side by side, so a walk takes about a nanosecond a slot,
// where the small nodes of a usual B-tree would each be a miss of the cache.
class NumberRuns {
 public:
  void Insert(const NumberEntry& entry);
  void Erase(const NumberEntry& entry);  // which is there

  size_t size() const { return size_; }

  // The least entry; there is one.
  const NumberEntry& front() const { return runs_.front().first; }

  // Cuts the upper half off, roughly; there are at least two entries.
  NumberRuns SplitOff();
  // Takes in entries that all come after those that are here.
  void Append(NumberRuns upper);

  // Sets the bits of the slots of the entries from `from` up to, and not including, `to`.
  void OrRangeInto(const NumberEntry& from, const NumberEntry& to, SlotWords& words) const;
  void AddAllTo(DenseSlotSet& set) const;

  // The first and the last number of an entry whose slot is among those.
  std::optional<double> LeastOf(const SlotWords& among) const;
  std::optional<double> GreatestOf(const SlotWords& among) const;

  // Memory beside the object itself.
  size_t Bytes() const;

 private:
  struct Run {
    size_t PlaceOf(const NumberEntry& entry) const;  // of the first entry that is not less
    void Insert(const NumberEntry& entry);
    void Erase(const NumberEntry& entry);
    Run SplitOff();
    void Append(const Run& upper);

    NumberEntry first;  // copied from below, so that a search among runs need not look into them
    std::vector<double> numbers;
    std::vector<uint32_t> slots;
  };

  std::vector<Run>::iterator RunOf(const NumberEntry& entry);

  std::vector<Run> runs_;  // none of them empty
  size_t size_ = 0;
};

}  // namespace lookalike
