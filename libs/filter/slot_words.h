// SPDX-License-Identifier: Apache-2.0
// Private to libs/filter: what a filter is evaluated on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"

#include "libs/sync/mutex.h"

namespace lookalike {

// A set of slots as bits: slot s is bit s % 64 of word s / 64. Whatever the set, 1,000,000 slots are 125 KB, which pass
// through a core in microseconds.
using SlotWords = std::vector<uint64_t>;

inline uint64_t SlotBit(uint32_t slot) { return uint64_t{1} << slot % 64; }
// False for slots beyond the end.
inline bool HasSlot(const SlotWords& words, uint32_t slot) {
  return slot / 64 < words.size() && (words[slot / 64] & SlotBit(slot)) != 0;
}
inline void SetSlot(uint32_t slot, SlotWords& words) { words[slot / 64] |= SlotBit(slot); }

// All of these are of one length.
void OrWith(const SlotWords& other, SlotWords& words);
void AndWith(const SlotWords& other, SlotWords& words);
void OrDifferenceInto(const SlotWords& all, const SlotWords& left_out, SlotWords& words);

size_t CountSlots(const SlotWords& words);

// Memory that evaluations need for a moment, kept for the next ones. What malloc gives and takes back in such pieces
// comes from the system page by page, each time, which takes several times as long as the evaluation itself.
//
// Thread-safe.
class SpareWords {
 public:
  // That many words; what is in them is anyone's guess.
  SlotWords Take(size_t count);
  void GiveBack(SlotWords words);

  size_t Bytes() const;

 private:
  mutable Mutex mutex_;
  std::vector<SlotWords> words_ ABSL_GUARDED_BY(mutex_);
};

// Words out of `spare`, which must outlive it, for as long as it lives.
class TemporaryWords {
 public:
  TemporaryWords(SpareWords& spare, size_t count) : spare_(spare), words_(spare.Take(count)) {}
  ~TemporaryWords() { spare_.GiveBack(std::move(words_)); }
  TemporaryWords(const TemporaryWords&) = delete;
  TemporaryWords& operator=(const TemporaryWords&) = delete;

  SlotWords& operator*() { return words_; }

 private:
  SpareWords& spare_;
  SlotWords words_;
};

}  // namespace lookalike
