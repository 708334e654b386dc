// SPDX-License-Identifier: Apache-2.0
#include "libs/filter/slots_by_number.h"

#include <algorithm>
#include <cmath>

namespace lookalike {
namespace {

using Kind = Filter::Node::Kind;

constexpr double kInfinity = std::numeric_limits<double>::infinity();  // no item has it: ExtendSchema() refuses it
constexpr size_t kMostBlocks = 64;
constexpr size_t kSmallestSplit = 256;  // fewer entries are walked over before a set is even found

// Nodes of a B-tree are about three quarters full, and the nodes above the leaves take a little more.
constexpr double kBytesPerUsedByte = 1.35;

}  // namespace

// ---- Adding and removing

void SlotsByNumber::Add(uint32_t slot, const AttributeValue& value) {
  const Entry entry(std::get<double>(value), slot);
  entries_.insert(entry);
  slot_limit_ = std::max(slot_limit_, slot + 1);
  if (blocks_.empty()) blocks_.push_back({Entry(-kInfinity, 0), 0, {}});
  const auto block = BlockOf(entry);
  ++block->count;
  for (auto behind = block + 1; behind != blocks_.end(); ++behind) behind->before.Add(slot);
  if (block->count > MostInBlock()) Split(block);
}

void SlotsByNumber::Remove(uint32_t slot, const AttributeValue& value) {
  const Entry entry(std::get<double>(value), slot);
  entries_.erase(entry);
  const auto block = BlockOf(entry);
  --block->count;
  for (auto behind = block + 1; behind != blocks_.end(); ++behind) behind->before.Remove(slot);
  if (block->count == 0 && blocks_.size() > 1) MergeIntoPrevious(block == blocks_.begin() ? block + 1 : block);
}

// ---- Blocks

std::vector<SlotsByNumber::Block>::iterator SlotsByNumber::BlockOf(const Entry& entry) {
  return std::upper_bound(blocks_.begin(), blocks_.end(), entry,
                          [](const Entry& wanted, const Block& block) { return wanted < block.first; }) -
         1;
}

// Walking over a block takes about as long as the pass over the words of the sets.
size_t SlotsByNumber::MostInBlock() const { return std::max<size_t>(kSmallestSplit, slot_limit_ / 64 * 2); }

void SlotsByNumber::Split(std::vector<Block>::iterator block) {
  Block upper{block->first, (block->count + 1) / 2, block->before.Copy()};
  block->count /= 2;
  auto entry = entries_.lower_bound(block->first);
  for (size_t i = 0; i < block->count; ++i, ++entry) upper.before.Add(entry->second);
  upper.first = *entry;
  blocks_.insert(block + 1, std::move(upper));
  if (blocks_.size() > kMostBlocks) MergeSmallestNeighbours();
}

// Of more than 64 blocks, some two neighbours have no more than a 32nd of the entries together: less than
// MostInBlock().
void SlotsByNumber::MergeSmallestNeighbours() {
  auto smallest = blocks_.begin() + 1;
  for (auto block = smallest; block != blocks_.end(); ++block) {
    if ((block - 1)->count + block->count < (smallest - 1)->count + smallest->count) smallest = block;
  }
  MergeIntoPrevious(smallest);
}

void SlotsByNumber::MergeIntoPrevious(std::vector<Block>::iterator block) {
  (block - 1)->count += block->count;
  blocks_.erase(block);
}

// ---- Ranges

void SlotsByNumber::OrMatchesInto(Kind kind, const FilterValue& value, SlotWords& words) const {
  const double number = std::get<double>(value);
  const Entry at(number, 0), above(std::nextafter(number, kInfinity), 0);
  const Entry lowest(-kInfinity, 0), end(kInfinity, 0);
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

void SlotsByNumber::OrRangeInto(const Entry& from, const Entry& to, SlotWords& words) const {
  const auto after_from =
      std::lower_bound(blocks_.begin(), blocks_.end(), from,
                       [](const Block& block, const Entry& wanted) { return block.first < wanted; });
  const auto after_to = std::upper_bound(after_from, blocks_.end(), to,
                                         [](const Entry& wanted, const Block& block) { return wanted < block.first; });
  if (after_from == after_to) return OrWalkInto(from, to, words);
  const Block &first = *after_from, &last = *(after_to - 1);
  OrWalkInto(from, first.first, words);
  last.before.OrDifferenceInto(first.before, words);
  OrWalkInto(last.first, to, words);
}

void SlotsByNumber::OrWalkInto(const Entry& from, const Entry& to, SlotWords& words) const {
  const auto end = entries_.end();
  for (auto entry = entries_.lower_bound(from); entry != end && *entry < to; ++entry) SetSlot(entry->second, words);
}

size_t SlotsByNumber::Bytes() const {
  const double entries = static_cast<double>(entries_.size() * sizeof(Entry));
  size_t bytes = sizeof(*this) + static_cast<size_t>(entries * kBytesPerUsedByte) + blocks_.capacity() * sizeof(Block);
  for (const Block& block : blocks_) bytes += block.before.Bytes();
  return bytes;
}

}  // namespace lookalike
