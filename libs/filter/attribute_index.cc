// SPDX-License-Identifier: Apache-2.0
#include "libs/filter/attribute_index.h"

#include <algorithm>
#include <vector>

#include "libs/filter/node.h"
#include "libs/filter/slot_set.h"
#include "libs/filter/slot_words.h"
#include "libs/filter/slots_by_value.h"

namespace lookalike {
namespace {

using Node = Filter::Node;
using Kind = Filter::Node::Kind;

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
  SpareWords spare;
};

// Sets the bits of what matches a node in words that are as long as those of all slots: so the operands of an `or` need
// no words of their own.
class AttributeIndex::Evaluation {
 public:
  explicit Evaluation(const AttributeIndex& index)
      : columns_(index.columns_), all_(index.slots_->words), spare_(index.slots_->spare) {}

  void OrInto(const Node& node, SlotWords& words) const {
    switch (node.kind) {
      case Kind::kOr:
        for (const auto& operand : node.operands) OrInto(*operand, words);
        return;
      case Kind::kAnd:
        return OrAllInto(node.operands, words);
      case Kind::kNot:
        return OrOthersInto(*node.operands.front(), words);
      default:
        break;
    }
    const auto column = columns_.find(node.name);
    if (column == columns_.end()) return;
    if (node.kind == Kind::kExists) return column->second->present.OrInto(words, spare_);
    for (const FilterValue& value : node.values) OrComparisonInto(node.kind, *column->second, value, words);
  }

 private:
  void OrAllInto(const std::vector<std::unique_ptr<const Node>>& operands, SlotWords& words) const {
    TemporaryWords all(spare_, words.size()), one(spare_, words.size());
    SetToMatchesOf(*operands.front(), *all);
    for (size_t i = 1; i < operands.size(); ++i) {
      SetToMatchesOf(*operands[i], *one);
      AndWith(*one, *all);
    }
    OrWith(*all, words);
  }

  void OrOthersInto(const Node& node, SlotWords& words) const {
    TemporaryWords matches(spare_, words.size());
    SetToMatchesOf(node, *matches);
    OrDifferenceInto(all_, *matches, words);
  }

  void SetToMatchesOf(const Node& node, SlotWords& words) const {
    std::fill(words.begin(), words.end(), 0);
    OrInto(node, words);
  }

  void OrComparisonInto(Kind kind, const Column& column, const FilterValue& value, SlotWords& words) const {
    if (!Comparable(kind, column.type, value)) return;
    if (kind == Kind::kIn) kind = Kind::kEqual;
    if (kind != Kind::kNotEqual) return column.values->OrMatchesInto(kind, value, words, spare_);
    TemporaryWords present(spare_, words.size()), equal(spare_, words.size());
    std::fill((*present).begin(), (*present).end(), 0);
    std::fill((*equal).begin(), (*equal).end(), 0);
    column.present.OrInto(*present, spare_);
    column.values->OrMatchesInto(Kind::kEqual, value, *equal, spare_);
    OrDifferenceInto(*present, *equal, words);
  }

  const std::map<std::string, std::unique_ptr<Column>, std::less<>>& columns_;
  const SlotWords& all_;
  SpareWords& spare_;
};

AttributeIndex::AttributeIndex() : slots_(std::make_unique<Slots>()) {}
AttributeIndex::~AttributeIndex() = default;
AttributeIndex::AttributeIndex(AttributeIndex&&) noexcept = default;
AttributeIndex& AttributeIndex::operator=(AttributeIndex&&) noexcept = default;

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
  Selection selection{SlotWords(slots_->words.size()), 0};
  Evaluation(*this).OrInto(*filter.root_, selection.words);
  DropZerosAtTheEnd(selection.words);
  selection.count = CountSlots(selection.words);
  return selection;
}

std::optional<Facet> AttributeIndex::FacetOf(absl::string_view attribute, const Selection& among,
                                             size_t max_values) const {
  const auto column = columns_.find(attribute);
  if (column == columns_.end()) return std::nullopt;
  Facet facet = {.attribute = column->first, .type = column->second->type};
  facet.items = column->second->present.CountIn(among.words);
  if (facet.items == 0) return std::nullopt;
  column->second->values->Describe(among.words, facet);
  facet.distinct = facet.values.size();
  const auto last = facet.values.begin() + static_cast<std::ptrdiff_t>(std::min(max_values, facet.distinct));
  std::partial_sort(facet.values.begin(), last, facet.values.end(), [](const auto& a, const auto& b) {
    return a.items != b.items ? a.items > b.items : a.value < b.value;
  });
  facet.values.erase(last, facet.values.end());
  return facet;
}

size_t AttributeIndex::size() const { return slots_->count; }

size_t AttributeIndex::Bytes() const {
  size_t bytes = sizeof(*this) + sizeof(Slots) + slots_->words.capacity() * sizeof(uint64_t) + slots_->spare.Bytes();
  for (const auto& [name, column] : columns_) {
    bytes += sizeof(name) + name.size() + sizeof(Column) + column->present.Bytes() + column->values->Bytes();
  }
  return bytes;
}

}  // namespace lookalike
