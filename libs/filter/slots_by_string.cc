// SPDX-License-Identifier: Apache-2.0
#include "libs/filter/slots_by_string.h"

#include <vector>

namespace lookalike {
namespace {

using Kind = Filter::Node::Kind;

// Nodes of a B-tree are about three quarters full, and the nodes above the leaves take a little more.
constexpr double kBytesPerUsedByte = 1.45;

}  // namespace

void SlotsByString::Add(uint32_t slot, const AttributeValue& value) {
  if (const auto* const text = std::get_if<std::string>(&value)) {
    slots_[*text].Add(slot);
    return;
  }
  for (const std::string& member : std::get<std::vector<std::string>>(value)) slots_[member].Add(slot);
}

void SlotsByString::Remove(uint32_t slot, const AttributeValue& value) {
  if (const auto* const text = std::get_if<std::string>(&value)) return RemoveMember(slot, *text);
  for (const std::string& member : std::get<std::vector<std::string>>(value)) RemoveMember(slot, member);
}

void SlotsByString::RemoveMember(uint32_t slot, const std::string& member) {
  const auto found = slots_.find(member);
  if (found == slots_.end()) return;  // a list that names a member twice
  found->second.Remove(slot);
  if (found->second.empty()) slots_.erase(found);
}

void SlotsByString::OrMatchesInto(Kind kind, const FilterValue& value, SlotWords& words) const {
  const std::string& text = std::get<std::string>(value);
  const auto equal = slots_.lower_bound(text);
  const auto above = equal != slots_.end() && equal->first == text ? std::next(equal) : equal;
  auto first = kind == Kind::kEqual || kind == Kind::kGreaterOrEqual ? equal : above;
  auto end = kind == Kind::kEqual || kind == Kind::kLessOrEqual ? above : equal;
  if (kind == Kind::kLess || kind == Kind::kLessOrEqual) first = slots_.begin();
  if (kind == Kind::kGreater || kind == Kind::kGreaterOrEqual) end = slots_.end();
  for (; first != end; ++first) first->second.OrInto(words);
}

size_t SlotsByString::Bytes() const {
  const double entries = static_cast<double>(slots_.size() * sizeof(*slots_.begin()));
  size_t bytes = sizeof(*this) + static_cast<size_t>(entries * kBytesPerUsedByte);
  static const size_t kInPlace = std::string().capacity();
  for (const auto& [text, slots] : slots_) {
    bytes += slots.Bytes() + (text.capacity() > kInPlace ? text.capacity() + 1 : 0);
  }
  return bytes;
}

}  // namespace lookalike
