// SPDX-License-Identifier: Apache-2.0
#include "libs/filter/attribute_index.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "libs/filter/node.h"
#include "libs/filter/slot_set.h"
#include "libs/filter/slots_by_value.h"

namespace lookalike {
namespace {

using Node = Filter::Node;
using Kind = Filter::Node::Kind;

void OrWith(const SlotWords& other, SlotWords& words) {
  for (size_t i = 0; i < words.size(); ++i) words[i] |= other[i];
}

void AndWith(const SlotWords& other, SlotWords& words) {
  for (size_t i = 0; i < words.size(); ++i) words[i] &= other[i];
}

void AndNotWith(const SlotWords& other, SlotWords& words) {
  for (size_t i = 0; i < words.size(); ++i) words[i] &= ~other[i];
}

void DropZerosAtTheEnd(SlotWords& words) {
  while (!words.empty() && words.back() == 0) words.pop_back();
}

}  // namespace

struct AttributeIndex::Column {
  explicit Column(AttributeType type_in) : type(type_in), values(SlotsByValue::Create(type_in)) {}

  const AttributeType type;
  SlotSet present;  // items that have the attribute
  const std::unique_ptr<SlotsByValue> values;
};

struct AttributeIndex::Slots {
  SlotWords words;
  size_t count = 0;
};

// Sets the bits of what matches a node in words that are as long as those of all slots: so the operands of an `or` need
// no words of their own.
class AttributeIndex::Evaluation {
 public:
  explicit Evaluation(const AttributeIndex& index) : index_(index) {}

  SlotWords MatchesOf(const Node& node) const {
    SlotWords words(index_.slots_->words.size());
    OrInto(node, words);
    return words;
  }

 private:
  void OrInto(const Node& node, SlotWords& words) const {
    switch (node.kind) {
      case Kind::kOr:
        for (const auto& operand : node.operands) OrInto(*operand, words);
        return;
      case Kind::kAnd:
        return OrWith(MatchesOfAll(node.operands), words);
      case Kind::kNot: {
        SlotWords others = index_.slots_->words;
        AndNotWith(MatchesOf(*node.operands.front()), others);
        return OrWith(others, words);
      }
      default:
        break;
    }
    const auto column = index_.columns_.find(node.name);
    if (column == index_.columns_.end()) return;
    if (node.kind == Kind::kExists) return column->second->present.OrInto(words);
    for (const FilterValue& value : node.values) OrComparisonInto(node.kind, *column->second, value, words);
  }

  SlotWords MatchesOfAll(const std::vector<std::unique_ptr<const Node>>& operands) const {
    SlotWords words = MatchesOf(*operands.front());
    for (size_t i = 1; i < operands.size(); ++i) AndWith(MatchesOf(*operands[i]), words);
    return words;
  }

  void OrComparisonInto(Kind kind, const Column& column, const FilterValue& value, SlotWords& words) const {
    if (!Comparable(kind, column.type, value)) return;
    if (kind == Kind::kIn) kind = Kind::kEqual;
    if (kind != Kind::kNotEqual) return column.values->OrMatchesInto(kind, value, words);
    SlotWords equal(words.size()), others(words.size());
    column.values->OrMatchesInto(Kind::kEqual, value, equal);
    column.present.OrInto(others);
    AndNotWith(equal, others);
    OrWith(others, words);
  }

  const AttributeIndex& index_;
};

AttributeIndex::AttributeIndex() : slots_(std::make_unique<Slots>()) {}
AttributeIndex::~AttributeIndex() = default;

void AttributeIndex::Add(uint32_t slot, const Attributes& attributes) {
  if (slot / 64 >= slots_->words.size()) slots_->words.resize(slot / 64 + 1);
  SetSlot(slot, slots_->words);
  ++slots_->count;
  for (const auto& [name, value] : attributes) {
    std::unique_ptr<Column>& column = columns_[name];
    if (column == nullptr) column = std::make_unique<Column>(TypeOf(value));
    column->present.Add(slot);
    column->values->Add(slot, value);
  }
}

void AttributeIndex::Remove(uint32_t slot, const Attributes& attributes) {
  slots_->words[slot / 64] &= ~SlotBit(slot);
  --slots_->count;
  for (const auto& [name, value] : attributes) {
    const auto column = columns_.find(name);
    column->second->present.Remove(slot);
    column->second->values->Remove(slot, value);
    if (column->second->present.empty()) columns_.erase(column);
  }
  DropZerosAtTheEnd(slots_->words);
}

Selection AttributeIndex::Select(const Filter& filter) const {
  if (filter.MatchesEverything()) return {slots_->words, slots_->count};
  Selection selection{Evaluation(*this).MatchesOf(*filter.root_), 0};
  DropZerosAtTheEnd(selection.words);
  for (const uint64_t word : selection.words) selection.count += static_cast<size_t>(std::popcount(word));
  return selection;
}

size_t AttributeIndex::size() const { return slots_->count; }

size_t AttributeIndex::Bytes() const {
  size_t bytes = sizeof(*this) + sizeof(Slots) + slots_->words.capacity() * sizeof(uint64_t);
  for (const auto& [name, column] : columns_) {
    bytes += sizeof(name) + name.size() + sizeof(Column) + column->present.Bytes() + column->values->Bytes();
  }
  return bytes;
}

}  // namespace lookalike
