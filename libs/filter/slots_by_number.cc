// SPDX-License-Identifier: Apache-2.0
#include "libs/filter/slots_by_number.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace lookalike {
namespace {

using Kind = Filter::Node::Kind;

constexpr double kInfinity = std::numeric_limits<double>::infinity();  // no item has it: ExtendSchema() refuses it
constexpr size_t kMostBlocks = 64;
constexpr size_t kSmallestSplit = 256;  // a walk over fewer entries takes no time

}  // namespace

// ---- Adding and removing

void SlotsByNumber::Add(uint32_t slot, const AttributeValue& value) {
  const NumberEntry entry(std::get<double>(value), slot);
  slot_limit_ = std::max(slot_limit_, slot + 1);
  if (blocks_.empty()) blocks_.push_back({NumberEntry(-kInfinity, 0), {}, {}});
  const auto block = BlockOf(entry);
  block->entries.Insert(entry);
  for (auto behind = block + 1; behind != blocks_.end(); ++behind) behind->before.Add(slot);
  if (block->entries.size() > MostInBlock()) Split(block);
}

void SlotsByNumber::Remove(uint32_t slot, const AttributeValue& value) {
  const NumberEntry entry(std::get<double>(value), slot);
  const auto block = BlockOf(entry);
  block->entries.Erase(entry);
  for (auto behind = block + 1; behind != blocks_.end(); ++behind) behind->before.Remove(slot);
  if (block->entries.size() == 0 && blocks_.size() > 1) {
    MergeIntoPrevious(block == blocks_.begin() ? block + 1 : block);
  }
}

// ---- Blocks

std::vector<SlotsByNumber::Block>::iterator SlotsByNumber::BlockOf(const NumberEntry& entry) {
  return std::upper_bound(blocks_.begin(), blocks_.end(), entry,
                          [](const NumberEntry& wanted, const Block& block) { return wanted < block.first; }) -
         1;
}

// Walking over a block takes about as long as a pass over the words of the sets.
size_t SlotsByNumber::MostInBlock() const { return std::max<size_t>(kSmallestSplit, slot_limit_ / 64 * 2); }

void SlotsByNumber::Split(std::vector<Block>::iterator block) {
  NumberRuns upper = block->entries.SplitOff();
  DenseSlotSet before = block->before.Copy();
  block->entries.AddAllTo(before);
  const NumberEntry first = upper.front();
  blocks_.insert(block + 1, {first, std::move(upper), std::move(before)});
  if (blocks_.size() > kMostBlocks) MergeSmallestNeighbours();
}

// Of more than 64 blocks, some two neighbours have no more than a 32nd of the entries together, and so no more than
// MostInBlock().
void SlotsByNumber::MergeSmallestNeighbours() {
  const auto together = [](std::vector<Block>::iterator block) {
    return (block - 1)->entries.size() + block->entries.size();
  };
  auto smallest = blocks_.begin() + 1;
  for (auto block = smallest; block != blocks_.end(); ++block) {
    if (together(block) < together(smallest)) smallest = block;
  }
  MergeIntoPrevious(smallest);
}

void SlotsByNumber::MergeIntoPrevious(std::vector<Block>::iterator block) {
  (block - 1)->entries.Append(std::move(block->entries));
  blocks_.erase(block);
}

// ---- Ranges

void SlotsByNumber::OrMatchesInto(Kind kind, const FilterValue& value, SlotWords& words, SpareWords&) const {
  const double number = std::get<double>(value);
  const NumberEntry at(number, 0), above(std::nextafter(number, kInfinity), 0);
  const NumberEntry lowest(-kInfinity, 0), end(kInfinity, 0);
  switch (kind) {
    case Kind::kLess:
      return OrRangeInto(lowest, at, words);
    case Kind::kLessOrEqual:
      return OrRangeInto(lowest, above, words);
    case Kind::kGreater:
      return OrRangeInto(above, end, words);
    case Kind::kGreaterOrEqual:
      return OrRangeInto(at, end, words);
    default:
      return OrRangeInto(at, above, words);
  }
}

void SlotsByNumber::OrRangeInto(const NumberEntry& from, const NumberEntry& to, SlotWords& words) const {
  if (blocks_.empty()) return;
  // The blocks that begin inside the range. The one in front of them, where there is one, holds the range's beginning.
  const auto first =
      std::lower_bound(blocks_.begin(), blocks_.end(), from,
                       [](const Block& block, const NumberEntry& wanted) { return block.first < wanted; });
  const auto end = std::upper_bound(first, blocks_.end(), to,
                                    [](const NumberEntry& wanted, const Block& block) { return wanted < block.first; });
  if (first != blocks_.begin()) (first - 1)->entries.OrRangeInto(from, to, words);
  if (first == end) return;
  const Block& last = *(end - 1);
  last.before.OrDifferenceInto(first->before, words);
  last.entries.OrRangeInto(from, to, words);
}

void SlotsByNumber::Describe(const SlotWords& among, Facet& facet) const {
  for (auto block = blocks_.begin(); block != blocks_.end(); ++block) {
    if (const auto least = block->entries.LeastOf(among)) {
      facet.least = *least;
      break;
    }
  }
  for (auto block = blocks_.rbegin(); block != blocks_.rend(); ++block) {
    if (const auto greatest = block->entries.GreatestOf(among)) {
      facet.greatest = *greatest;
      break;
    }
  }
}

size_t SlotsByNumber::Bytes() const {
  size_t bytes = sizeof(*this) + blocks_.capacity() * sizeof(Block);
  for (const Block& block : blocks_) bytes += block.entries.Bytes() + block.before.Bytes();
  return bytes;
}

}  // namespace lookalike
