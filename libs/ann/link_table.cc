// SPDX-License-Identifier: Apache-2.0
#include "libs/ann/link_table.h"

#include <algorithm>
#include <new>

namespace lookalike {

LinkTable::LinkTable(size_t M) : ground_(2 * M), upper_(M), places_(1) {}

void LinkTable::Reserve(size_t rows) {
  ground_.Reserve(rows);
  places_.Reserve(rows);
}

void LinkTable::SetLevel(Row row, int level) {
  if (Level(row) == level) return;
  const size_t end = uppers_ + static_cast<size_t>(level);
  if (end > kIndexMask) throw std::bad_alloc();
  upper_.Reserve(end);
  *places_[row] = static_cast<uint32_t>(level) << kIndexBits | uppers_;
  uppers_ = static_cast<uint32_t>(end);
}

void LinkTable::SetEntry(Entry entry) {
  entry_.store(static_cast<uint64_t>(entry.level) << 32 | (entry.row + 1u), std::memory_order_release);
}

LinkTable::Entry LinkTable::entry() const {
  const uint64_t packed = entry_.load(std::memory_order_acquire);
  return {static_cast<Row>(packed) - 1, static_cast<int>(packed >> 32)};
}

bool LinkTable::Contains(Row row, int level, Row link) const {
  const std::atomic<Row>* const links = Links(row, level);
  const auto is_link = [&](const std::atomic<Row>& word) { return word.load(std::memory_order_relaxed) == link + 1; };
  return std::any_of(links, links + Capacity(level), is_link);
}

bool LinkTable::Append(Row row, int level, Row link) {
  std::atomic<Row>* const links = MutableLinks(row, level);
  const auto is_free = [](const std::atomic<Row>& word) { return word.load(std::memory_order_relaxed) == 0; };
  std::atomic<Row>* const place = std::find_if(links, links + Capacity(level), is_free);
  if (place == links + Capacity(level)) return false;
  place->store(link + 1, std::memory_order_release);
  return true;
}

void LinkTable::Write(Row row, int level, std::span<const Row> links) {
  std::atomic<Row>* const to = MutableLinks(row, level);
  const size_t capacity = Capacity(level);
  for (size_t i = 0; i < capacity; ++i) {
    to[i].store(i < links.size() ? links[i] + 1 : 0, std::memory_order_release);
  }
}

}  // namespace lookalike
