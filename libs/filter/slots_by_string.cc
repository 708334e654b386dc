// SPDX-License-Identifier: Apache-2.0
#include "libs/filter/slots_by_string.h"

#include <vector>

namespace lookalike {
namespace {

using Kind = Filter::Node::Kind;

// Nodes of a B-tree are about three quarters full, and the nodes above the leaves take a little more.
constexpr double kBytesPerUsedByte = 1.45;

size_t BytesBeside(const std::string& text) {
  return text.capacity() > std::string().capacity() ? text.capacity() + 1 : 0;
}

}  // namespace

void SlotsByString::Add(uint32_t slot, const AttributeValue& value) {
  if (const auto* const text = std::get_if<std::string>(&value)) return AddMember(slot, *text);
  for (const std::string& member : std::get<std::vector<std::string>>(value)) AddMember(slot, member);
}

void SlotsByString::Remove(uint32_t slot, const AttributeValue& value) {
  if (const auto* const text = std::get_if<std::string>(&value)) return RemoveMember(slot, *text);
  for (const std::string& member : std::get<std::vector<std::string>>(value)) RemoveMember(slot, member);
}

void SlotsByString::AddMember(uint32_t slot, const std::string& member) {
  const auto [place, is_new] = slots_.try_emplace(member);
  beside_bytes_ += is_new ? BytesBeside(place->first) : 0;
  beside_bytes_ -= place->second.Bytes();
  place->second.Add(slot);
  beside_bytes_ += place->second.Bytes();
}

void SlotsByString::RemoveMember(uint32_t slot, const std::string& member) {
  const auto place = slots_.find(member);
  if (place == slots_.end()) return;  // a list that names a member twice
  beside_bytes_ -= place->second.Bytes();
  place->second.Remove(slot);
  beside_bytes_ += place->second.Bytes();
  if (!place->second.empty()) return;
  beside_bytes_ -= BytesBeside(place->first) + place->second.Bytes();
  slots_.erase(place);
}

void SlotsByString::OrMatchesInto(Kind kind, const FilterValue& value, SlotWords& words, SpareWords& spare) const {
  const std::string& text = std::get<std::string>(value);
  const auto equal = slots_.lower_bound(text);
  const auto above = equal != slots_.end() && equal->first == text ? std::next(equal) : equal;
  auto first = kind == Kind::kEqual || kind == Kind::kGreaterOrEqual ? equal : above;
  auto end = kind == Kind::kEqual || kind == Kind::kLessOrEqual ? above : equal;
  if (kind == Kind::kLess || kind == Kind::kLessOrEqual) first = slots_.begin();
  if (kind == Kind::kGreater || kind == Kind::kGreaterOrEqual) end = slots_.end();
  for (; first != end; ++first) first->second.OrInto(words, spare);
}

void SlotsByString::Describe(const SlotWords& among, Facet& facet) const {
  for (const auto& [text, slots] : slots_) {
    if (const size_t items = slots.CountIn(among); items > 0) facet.values.push_back({text, items});
  }
}

size_t SlotsByString::Bytes() const {
  const double entries = static_cast<double>(slots_.size() * sizeof(*slots_.begin()));
  return sizeof(*this) + beside_bytes_ + static_cast<size_t>(entries * kBytesPerUsedByte);
}

}  // namespace lookalike
