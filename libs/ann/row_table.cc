// SPDX-License-Identifier: Apache-2.0
#include "libs/ann/row_table.h"

#include <algorithm>

namespace lookalike {

RowTable::RowTable(size_t dimension)
    : dimension_(dimension),
      high_(PaddedDimension(dimension)),
      low_(PaddedDimension(dimension)),
      scalings_(1),
      slot_of_row_(1),
      versions_(1),
      live_(1),
      row_of_slot_(1) {}

void RowTable::Reserve(size_t rows) {
  high_.Reserve(rows);
  low_.Reserve(rows);
  scalings_.Reserve(rows);
  slot_of_row_.Reserve(rows);
  versions_.Reserve(rows);
  live_.Reserve(rows);
}

void RowTable::ReserveSlot(Slot slot) {
  row_of_slot_.Reserve(size_t{slot} + 1);
  const size_t slots = std::max(slots_.load(std::memory_order_relaxed), size_t{slot} + 1);
  slots_.store(slots, std::memory_order_release);
}

Row RowTable::Append(Slot slot, uint64_t version, std::span<const float> embedding) {
  const size_t size = size_.load(std::memory_order_relaxed);
  const Row row = static_cast<Row>(size);
  Reserve(size + 1);
  ReserveSlot(slot);
  const CodeScale scale = Encode(embedding, high_[row], low_[row]);
  *scalings_[row] = {scale, SumOfCode(high_[row], padded_dimension())};
  *slot_of_row_[row] = slot;
  *versions_[row] = version;
  live_[row]->store(1, std::memory_order_relaxed);
  size_.store(size + 1, std::memory_order_release);
  // Who sees the old row dead sees the new one in size(): that is why a search finds one of the two.
  const Row before = row_of_slot_[slot]->exchange(row + 1, std::memory_order_acq_rel);
  if (before != 0) {
    live_[before - 1]->store(0, std::memory_order_release);
  } else {
    live_count_.fetch_add(1, std::memory_order_release);
  }
  return row;
}

Row RowTable::Kill(Slot slot) {
  if (RowOf(slot) == kNoRow) return kNoRow;
  const Row row = row_of_slot_[slot]->exchange(0, std::memory_order_acq_rel) - 1;
  live_[row]->store(0, std::memory_order_release);
  live_count_.fetch_sub(1, std::memory_order_release);
  return row;
}

Row RowTable::RowOf(Slot slot) const {
  if (slot >= slots_.load(std::memory_order_acquire)) return kNoRow;
  return row_of_slot_[slot]->load(std::memory_order_acquire) - 1;  // 0 - 1 is kNoRow
}

void RowTable::Adopt(size_t rows) { size_.store(rows, std::memory_order_release); }

bool RowTable::Revive(Row row) {
  const Slot slot = this->slot(row);
  if (RowOf(slot) != kNoRow) return false;
  ReserveSlot(slot);
  row_of_slot_[slot]->store(row + 1, std::memory_order_release);
  live_[row]->store(1, std::memory_order_release);
  live_count_.fetch_add(1, std::memory_order_release);
  return true;
}

size_t RowTable::bytes() const {
  return high_.bytes() + low_.bytes() + scalings_.bytes() + slot_of_row_.bytes() + versions_.bytes() + live_.bytes() +
         row_of_slot_.bytes();
}

}  // namespace lookalike
