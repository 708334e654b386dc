// SPDX-License-Identifier: Apache-2.0
// Private to libs/filter.
#pragma once

#include <vector>

#include "libs/filter/dense_slot_set.h"
#include "libs/filter/number_runs.h"
#include "libs/filter/slots_by_value.h"

namespace lookalike {

// Of numbers: all entries in order, cut into at most 64 blocks. Each block knows the set of the slots in all blocks
// before it, as bits. So the slots of a range are the difference of two such sets and what is walked over in the blocks
// at its ends: for 1,000,000 items a pass over 125 KB and some ten thousand steps, whatever the range; and an item that
// comes or goes is one bit in the set of each block behind it.
//
// The sets take up to 8 bytes for each slot of the collection, and no more than about 8 for each entry where few items
// have the attribute: a block that is split has two entries for each word of its set. The entries take about 16 bytes.
class SlotsByNumber final : public SlotsByValue {
 public:
  void Add(uint32_t slot, const AttributeValue& value) override;
  void Remove(uint32_t slot, const AttributeValue& value) override;
  void OrMatchesInto(Filter::Node::Kind kind, const FilterValue& value, SlotWords& words, SpareWords&) const override;
  void Describe(const SlotWords& among, Facet& facet) const override;
  size_t Bytes() const override;

 private:
  struct Block {
    NumberEntry first;  // its entries are those from here up to the next block's `first`
    NumberRuns entries;
    DenseSlotSet before;  // slots of all entries below `first`
  };

  std::vector<Block>::iterator BlockOf(const NumberEntry& entry);
  size_t MostInBlock() const;
  void Split(std::vector<Block>::iterator block);
  void MergeSmallestNeighbours();
  void MergeIntoPrevious(std::vector<Block>::iterator block);

  // `from` is included, `to` is not.
  void OrRangeInto(const NumberEntry& from, const NumberEntry& to, SlotWords& words) const;

  std::vector<Block> blocks_;  // in order, the first one from the lowest possible entry; none at first
  uint32_t slot_limit_ = 0;    // above all slots that were ever added
};

}  // namespace lookalike
