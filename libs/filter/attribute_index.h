// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

#include "libs/filter/attributes.h"
#include "libs/filter/facet.h"
#include "libs/filter/filter.h"

namespace lookalike {

// The items that a filter lets through, by the slots under which the index was told of them.
struct Selection {
  std::vector<uint64_t> words;  // bit s % 64 of words[s / 64] is set for each slot s; as short as it can be
  size_t count = 0;             // bits that are set

  bool Contains(uint32_t slot) const { return slot / 64 < words.size() && (words[slot / 64] >> slot % 64 & 1) != 0; }
};

// The attributes of a collection's items turned round: from a value to the slots of the items that have it. Strings,
// bools and the members of string lists are bitmaps, one for each value; numbers, and strings when they are asked for
// their order, are sorted. So a filter is answered by set operations, in a time that hardly depends on the number of
// items that match.
//
// Select() gives exactly the slots of the items for which Filter::Matches() is true.
//
// Not thread-safe for writing: Add() and Remove() exclude everything else; Select() calls may run beside each other.
class AttributeIndex {
 public:
  AttributeIndex();
  ~AttributeIndex();
  AttributeIndex(AttributeIndex&&) noexcept;
  AttributeIndex& operator=(AttributeIndex&&) noexcept;

  // The item at `slot`, which has none yet. The types of the attributes must agree with those of the other items
  // (ExtendSchema makes sure of that).
  void Add(uint32_t slot, const Attributes& attributes);
  // Takes out what Add() put in: the same slot and attributes.
  void Remove(uint32_t slot, const Attributes& attributes);

  // A filter that CheckAgainst() the schema has passed.
  Selection Select(const Filter& filter) const;

  // What the items of `among` have as an attribute's value, with at most `max_values` values. Nothing where none of
  // them has the attribute. Takes a nanosecond or two for each item that has it.
  std::optional<Facet> FacetOf(absl::string_view attribute, const Selection& among, size_t max_values) const;

  // Items that are in it.
  size_t size() const;
  // Memory, roughly.
  size_t Bytes() const;

 private:
  struct Column;  // of one attribute
  struct Slots;   // all slots
  class Evaluation;
  std::map<std::string, std::unique_ptr<Column>, std::less<>> columns_;
  std::unique_ptr<Slots> slots_;
};

}  // namespace lookalike
