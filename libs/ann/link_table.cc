// SPDX-License-Identifier: Apache-2.0
#include "libs/ann/link_table.h"

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

void LinkTable::Write(Row row, int level, std::span<const Row> links) {
  auto* const to = const_cast<std::atomic<Row>*>(Links(row, level));
  const size_t capacity = Capacity(level);
  for (size_t i = 0; i < capacity; ++i) {
    to[i].store(i < links.size() ? links[i] + 1 : 0, std::memory_order_release);
  }
}

}  // namespace lookalike
