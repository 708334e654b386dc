// SPDX-License-Identifier: Apache-2.0
// Private to libs/filter: one attribute turned round, from its values to the slots of the items that have them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "libs/filter/attributes.h"
#include "libs/filter/facet.h"
#include "libs/filter/node.h"
#include "libs/filter/slot_words.h"

namespace lookalike {

class SlotsByValue {
 public:
  // For an attribute of that type; every value given to it is of the type.
  static std::unique_ptr<SlotsByValue> Create(AttributeType type);

  virtual ~SlotsByValue() = default;

  // The value of the item at `slot`, which has none yet; and the same value taken out again.
  virtual void Add(uint32_t slot, const AttributeValue& value) = 0;
  virtual void Remove(uint32_t slot, const AttributeValue& value) = 0;

  // Sets in `words` the bits of the slots whose value is =, <, <=, > or >= `value`, with which the attribute is
  // comparable (node.h); `words` is long enough for all slots. `spare` has room for what it needs meanwhile.
  virtual void OrMatchesInto(Filter::Node::Kind kind, const FilterValue& value, SlotWords& words,
                             SpareWords& spare) const = 0;

  // Fills in the facet's values, in no order, or its range, from the items at the slots `among`: one of them at least
  // has the attribute.
  virtual void Describe(const SlotWords& among, Facet& facet) const = 0;

  // Memory, roughly.
  virtual size_t Bytes() const = 0;
};

}  // namespace lookalike
