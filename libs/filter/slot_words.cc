// SPDX-License-Identifier: Apache-2.0
#include "libs/filter/slot_words.h"

#include <bit>

namespace lookalike {
namespace {

// A search or two at once, with a nested filter each; at 1,000,000 slots they are 1 MB.
constexpr size_t kMostSpare = 8;

#if defined(__x86_64__)
__attribute__((target("popcnt"))) size_t CountWithPopcnt(const SlotWords& words) {
  size_t count = 0;
  for (const uint64_t word : words) count += static_cast<size_t>(__builtin_popcountll(word));
  return count;
}
#endif

}  // namespace

void OrWith(const SlotWords& other, SlotWords& words) {
  for (size_t i = 0; i < words.size(); ++i) words[i] |= other[i];
}

void AndWith(const SlotWords& other, SlotWords& words) {
  for (size_t i = 0; i < words.size(); ++i) words[i] &= other[i];
}

void OrDifferenceInto(const SlotWords& all, const SlotWords& left_out, SlotWords& words) {
  for (size_t i = 0; i < words.size(); ++i) words[i] |= all[i] & ~left_out[i];
}

// Nearly every x86-64 processor counts the bits of a word with one instruction, but a compiler may not assume so.
size_t CountSlots(const SlotWords& words) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("popcnt")) return CountWithPopcnt(words);
#endif
  size_t count = 0;
  for (const uint64_t word : words) count += static_cast<size_t>(std::popcount(word));
  return count;
}

SlotWords SpareWords::Take(size_t count) {
  SlotWords words;
  {
    MutexLock lock(mutex_);
    if (!words_.empty()) {
      words = std::move(words_.back());
      words_.pop_back();
    }
  }
  words.resize(count);
  return words;
}

void SpareWords::GiveBack(SlotWords words) {
  MutexLock lock(mutex_);
  if (words_.size() < kMostSpare) words_.push_back(std::move(words));
}

size_t SpareWords::Bytes() const {
  MutexLock lock(mutex_);
  size_t bytes = 0;
  for (const SlotWords& words : words_) bytes += words.capacity() * sizeof(uint64_t);
  return bytes;
}

}  // namespace lookalike
