// SPDX-License-Identifier: Apache-2.0
// Private to libs/ann.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "libs/ann/chunked_rows.h"
#include "libs/ann/vector_index.h"
#include "libs/vector/code.h"

namespace lookalike {

// The number of an embedding in the order in which they came, from 0. A row is written once: replacing an embedding
// adds a row and ends the life of the one before.
using Row = uint32_t;
inline constexpr Row kNoRow = std::numeric_limits<Row>::max();

// The embeddings of an index, as codes, and whose they are.
//
// Threading: Append(), Kill() and the loading functions exclude each other. Everything else may be called beside them,
// for rows below a size() read before, or known through something that was written after the row.
class RowTable {
 public:
  // What turns the product of two codes into a similarity.
  struct Scaling {
    CodeScale scale;
    int32_t sum = 0;  // of the high bytes (SumOfCode)
  };

  explicit RowTable(size_t dimension);

  // Adds a row that is the slot's from now on; the row that was the slot's dies, after the new one can be seen.
  // Throws std::bad_alloc, and nothing has changed.
  Row Append(Slot slot, uint64_t version, std::span<const float> embedding);

  // Ends the life of the slot's row; kNoRow, and nothing happens, where it has none.
  Row Kill(Slot slot);

  size_t dimension() const { return dimension_; }
  size_t padded_dimension() const { return high_.row_length(); }
  size_t size() const { return size_.load(std::memory_order_acquire); }
  // Slots that have or had an embedding are below it.
  size_t slots() const { return slots_.load(std::memory_order_acquire); }
  size_t live() const { return live_count_.load(std::memory_order_acquire); }

  const uint8_t* high(Row row) const { return high_[row]; }
  const uint8_t* low(Row row) const { return low_[row]; }
  const Scaling& scaling(Row row) const { return *scalings_[row]; }
  Slot slot(Row row) const { return *slot_of_row_[row]; }
  uint64_t version(Row row) const { return *versions_[row]; }
  bool IsLive(Row row) const { return live_[row]->load(std::memory_order_acquire) != 0; }
  // kNoRow where the slot has none.
  Row RowOf(Slot slot) const;

  // What an approximate similarity needs of a row.
  void Prefetch(Row row) const {
    __builtin_prefetch(scalings_[row]);
    PrefetchBytes(high_[row]);
  }
  // And what the exact one needs besides.
  void PrefetchLow(Row row) const { PrefetchBytes(low_[row]); }

  // For loading: room for `rows` rows to be filled in place, which Adopt() then takes over as they are.
  struct RawRow {
    uint8_t* high;
    uint8_t* low;
    Scaling* scaling;
    Slot* slot;
    uint64_t* version;
  };
  void Reserve(size_t rows);
  RawRow Raw(Row row) { return {high_[row], low_[row], scalings_[row], slot_of_row_[row], versions_[row]}; }
  // The first `rows` rows are there, all dead.
  void Adopt(size_t rows);
  // Brings a row to life as its slot's. False, and nothing happens, where the slot has one.
  bool Revive(Row row);

  // Must not be called beside Append().
  size_t bytes() const;

 private:
  void ReserveSlot(Slot slot);
  // To the second-level cache: the first can wait for few lines at a time, so that a processor stalls that prefetches
  // some thirty rows into it.
  void PrefetchBytes(const uint8_t* bytes) const {
    for (size_t offset = 0; offset < padded_dimension(); offset += kCodeAlignment) {
      __builtin_prefetch(bytes + offset, /*write=*/0, /*locality=*/2);
    }
  }

  const size_t dimension_;
  ChunkedRows<uint8_t> high_;
  ChunkedRows<uint8_t> low_;
  ChunkedRows<Scaling> scalings_;
  ChunkedRows<Slot> slot_of_row_;
  ChunkedRows<uint64_t> versions_;
  ChunkedRows<std::atomic<uint8_t>> live_;
  ChunkedRows<std::atomic<Row>> row_of_slot_;  // plus 1, so that 0 is none
  std::atomic<size_t> slots_ = 0;              // that have a place in row_of_slot_
  std::atomic<size_t> size_ = 0;
  std::atomic<size_t> live_count_ = 0;
};

}  // namespace lookalike
