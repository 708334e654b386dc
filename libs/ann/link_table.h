// SPDX-License-Identifier: Apache-2.0
// Private to libs/ann.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "libs/ann/chunked_rows.h"
#include "libs/ann/row_table.h"

namespace lookalike {

// The links of an HNSW graph as searches read them: for each row up to 2 · M on level 0 and up to M on each level above
// that it is on. On level 0 and at M 16 a row's links are two cache lines.
//
// Threading: the functions that change it exclude each other. Reading needs no lock and never waits: a link is one
// atomic word, and whatever mixture of old and new links a reader sees leads to rows that are there.
class LinkTable {
 public:
  // Where searches begin: a row on the highest level.
  struct Entry {
    Row row = kNoRow;
    int level = 0;
  };

  explicit LinkTable(size_t M);

  size_t M() const { return upper_.row_length(); }
  size_t Capacity(int level) const { return level == 0 ? ground_.row_length() : upper_.row_length(); }

  // Makes places for the links of every row up to `row`, on level 0. Throws std::bad_alloc.
  void Reserve(size_t rows);
  // Puts a row, which must have its place, on the levels up to `level` with no links there yet. Always the same level.
  // Throws std::bad_alloc, and nothing has changed, where there is no memory or no place.
  void SetLevel(Row row, int level);
  int Level(Row row) const { return static_cast<int>(*places_[row] >> kIndexBits); }

  void SetEntry(Entry entry);
  Entry entry() const;  // row is kNoRow in an empty graph

  // The links of a row that is on `level`: its Capacity() words. The first kNoRow ends them; Read() is the way to go.
  const std::atomic<Row>* Links(Row row, int level) const {
    return level == 0 ? ground_[row] : upper_[(*places_[row] & kIndexMask) + static_cast<uint32_t>(level) - 1];
  }
  // Copies the links into `links`, Capacity(level) words, and says how many there are.
  size_t Read(Row row, int level, Row* links) const {
    const std::atomic<Row>* const from = Links(row, level);
    const size_t capacity = Capacity(level);
    size_t count = 0;
    for (; count < capacity; ++count) {
      const Row link = from[count].load(std::memory_order_acquire) - 1;
      if (link == kNoRow) break;
      links[count] = link;
    }
    return count;
  }
  bool Contains(Row row, int level, Row link) const;
  void Write(Row row, int level, std::span<const Row> links);
  // False where the row has as many links as it can have.
  bool Append(Row row, int level, Row link);

  void Prefetch(Row row) const {
    const auto* const links = reinterpret_cast<const char*>(ground_[row]);
    for (size_t offset = 0; offset < ground_.row_length() * sizeof(Row); offset += 64) {
      __builtin_prefetch(links + offset);
    }
  }

  size_t bytes() const { return ground_.bytes() + upper_.bytes() + places_.bytes(); }

 private:
  std::atomic<Row>* MutableLinks(Row row, int level) { return const_cast<std::atomic<Row>*>(Links(row, level)); }

  // One in M rows is on level 1: 2^26 places are enough for a thousand million rows at M 16.
  static constexpr int kIndexBits = 26;
  static constexpr uint32_t kIndexMask = (uint32_t{1} << kIndexBits) - 1;

  // A word is a row plus 1, so that the zeros with which a place begins are no links.
  ChunkedRows<std::atomic<Row>> ground_;
  ChunkedRows<std::atomic<Row>> upper_;
  // A row's level in the upper bits; in the lower ones its place in upper_ on level 1, which those above follow.
  ChunkedRows<uint32_t> places_;
  uint32_t uppers_ = 0;              // places of upper_ in use
  std::atomic<uint64_t> entry_ = 0;  // level in the upper half, row plus 1 in the lower
};

}  // namespace lookalike
