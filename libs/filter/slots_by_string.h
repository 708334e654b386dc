// SPDX-License-Identifier: Apache-2.0
// Private to libs/filter.
#pragma once

#include <string>

#include "absl/container/btree_map.h"

#include "libs/filter/slot_set.h"
#include "libs/filter/slots_by_value.h"

namespace lookalike {

// Of strings and of string lists, whose items stand under each member: a set of slots for every distinct string, in the
// order of their bytes. An order comparison visits every string that it holds for.
class SlotsByString final : public SlotsByValue {
 public:
  void Add(uint32_t slot, const AttributeValue& value) override;
  void Remove(uint32_t slot, const AttributeValue& value) override;
  void OrMatchesInto(Filter::Node::Kind kind, const FilterValue& value, SlotWords& words,
                     SpareWords& spare) const override;
  void Describe(const SlotWords& among, Facet& facet) const override;
  size_t Bytes() const override;

 private:
  void AddMember(uint32_t slot, const std::string& member);
  void RemoveMember(uint32_t slot, const std::string& member);

  absl::btree_map<std::string, SlotSet> slots_;  // none of the sets is empty
  size_t beside_bytes_ = 0;                      // that the strings and sets have beside the map's nodes
};

}  // namespace lookalike
