// SPDX-License-Identifier: Apache-2.0
// Private to libs/ann.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace lookalike {

// A growing table of rows, each of the same number of `T`, that never move: one thread adds rows while others read
// those that they know of, without a lock. Rows begin as zeros. A row whose bytes are a multiple of 64 begins at a
// cache line.
//
// Reserve() calls exclude each other. How a reader learns of a row (an atomic count, a link) must order its reads after
// the writes to that row.
template <class T>
class ChunkedRows {
  static_assert(std::is_trivially_destructible_v<T>);

 public:
  static constexpr size_t kRowsPerChunk = 1024;

  explicit ChunkedRows(size_t row_length) : row_length_(row_length) {}
  ChunkedRows(const ChunkedRows&) = delete;
  ChunkedRows& operator=(const ChunkedRows&) = delete;

  // Makes sure that there are `rows` rows. Throws std::bad_alloc, and nothing has changed.
  void Reserve(size_t rows) {
    while (chunks_.size() * kRowsPerChunk < rows) AddChunk();
  }

  T* operator[](size_t row) { return Table()[row / kRowsPerChunk] + row % kRowsPerChunk * row_length_; }
  const T* operator[](size_t row) const { return Table()[row / kRowsPerChunk] + row % kRowsPerChunk * row_length_; }

  size_t row_length() const { return row_length_; }
  // Must not be called beside Reserve().
  size_t bytes() const { return chunks_.size() * kRowsPerChunk * row_length_ * sizeof(T); }

 private:
  static constexpr std::align_val_t kAlignment{64};

  struct Free {
    void operator()(T* chunk) const { ::operator delete(chunk, kAlignment); }
  };
  using Chunk = std::unique_ptr<T, Free>;

  T* const* Table() const { return table_.load(std::memory_order_acquire); }

  // Readers may still use the tables before the newest: they are kept, and doubling bounds their size.
  void AddChunk() {
    const size_t length = kRowsPerChunk * row_length_;
    Chunk chunk(static_cast<T*>(::operator new(length * sizeof(T), kAlignment)));
    std::uninitialized_value_construct_n(chunk.get(), length);
    if (chunks_.size() == table_capacity_) {
      const size_t capacity = std::max<size_t>(16, 2 * table_capacity_);
      auto table = std::make_unique<T*[]>(capacity);
      std::transform(chunks_.begin(), chunks_.end(), table.get(), [](const Chunk& one) { return one.get(); });
      tables_.push_back(std::move(table));
      table_capacity_ = capacity;
    }
    chunks_.push_back(std::move(chunk));
    // A place that no reader looks at yet; the store below publishes a new table, the caller's own means the row.
    tables_.back()[chunks_.size() - 1] = chunks_.back().get();
    table_.store(tables_.back().get(), std::memory_order_release);
  }

  const size_t row_length_;
  std::vector<Chunk> chunks_;
  std::vector<std::unique_ptr<T*[]>> tables_;
  size_t table_capacity_ = 0;
  std::atomic<T* const*> table_ = nullptr;
};

}  // namespace lookalike
