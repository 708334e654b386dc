// SPDX-License-Identifier: Apache-2.0
// Private to libs/filter.
#pragma once

#include <limits>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"

#include "libs/filter/slots_by_value.h"

namespace lookalike {

// Of numbers: every (number, slot) in order, cut into at most 64 blocks. Each block begins with the set of the slots in
// all blocks before it, as bits. So the slots of a range are the difference of two such sets and what is walked over in
// the blocks at its ends: for 1,000,000 items a pass over 125 KB and at most some ten thousand steps, whatever the
// range; and an item that comes or goes is one bit in the set of each block behind it.
//
// The sets take up to 8 bytes for each slot of the collection, because a block that is split has two entries for each
// word of its set; the entries take about 20 bytes each.
class SlotsByNumber final : public SlotsByValue {
 public:
  void Add(uint32_t slot, const AttributeValue& value) override;
  void Remove(uint32_t slot, const AttributeValue& value) override;
  void OrMatchesInto(Filter::Node::Kind kind, const FilterValue& value, SlotWords& words) const override;
  size_t Bytes() const override;

 private:
  using Entry = std::pair<double, uint32_t>;  // so that blocks can part items that have the same number

  struct Block {
    Entry first;  // its entries are those from here up to the next block's `first`
    size_t count = 0;
    DenseSlotSet before;  // slots of all entries below `first`
  };

  std::vector<Block>::iterator BlockOf(const Entry& entry);
  size_t MostInBlock() const;
  void Split(std::vector<Block>::iterator block);
  void MergeSmallestNeighbours();
  void MergeIntoPrevious(std::vector<Block>::iterator block);

  void OrRangeInto(const Entry& from, const Entry& to, SlotWords& words) const;  // `from` included, `to` not
  void OrWalkInto(const Entry& from, const Entry& to, SlotWords& words) const;

  absl::btree_set<Entry> entries_;
  std::vector<Block> blocks_;  // in order, the first one from the lowest possible entry; none at first
  uint32_t slot_limit_ = 0;    // above all slots that were ever added
};

}  // namespace lookalike
