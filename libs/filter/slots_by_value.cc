// SPDX-License-Identifier: Apache-2.0
#include "libs/filter/slots_by_value.h"

#include "libs/filter/slot_set.h"
#include "libs/filter/slots_by_number.h"
#include "libs/filter/slots_by_string.h"

namespace lookalike {
namespace {

class SlotsByBool final : public SlotsByValue {
 public:
  void Add(uint32_t slot, const AttributeValue& value) override { slots_[std::get<bool>(value)].Add(slot); }
  void Remove(uint32_t slot, const AttributeValue& value) override { slots_[std::get<bool>(value)].Remove(slot); }

  // Only ever asked for equality: the grammar has no order of bools.
  void OrMatchesInto(Filter::Node::Kind, const FilterValue& value, SlotWords& words, SpareWords& spare) const override {
    slots_[std::get<bool>(value)].OrInto(words, spare);
  }

  void Describe(const SlotWords& among, Facet& facet) const override {
    for (const bool value : {false, true}) {
      const size_t items = slots_[value].CountIn(among);
      if (items == 0) continue;
      facet.values.emplace_back().value = value;
      facet.values.back().items = items;
    }
  }

  size_t Bytes() const override { return sizeof(*this) + slots_[false].Bytes() + slots_[true].Bytes(); }

 private:
  SlotSet slots_[2];
};

}  // namespace

std::unique_ptr<SlotsByValue> SlotsByValue::Create(AttributeType type) {
  switch (type) {
    case AttributeType::kNumber:
      return std::make_unique<SlotsByNumber>();
    case AttributeType::kBool:
      return std::make_unique<SlotsByBool>();
    default:
      return std::make_unique<SlotsByString>();
  }
}

}  // namespace lookalike
