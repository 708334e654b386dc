// SPDX-License-Identifier: Apache-2.0
#include "libs/filter/slot_set.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <roaring/roaring.h>

namespace lookalike {
namespace {

// A list becomes a bitmap above the one size and a bitmap a list below the other: apart, so that an item that comes and
// goes does not convert the set each time. A bitmap of 256 slots spread over a million takes about the list's 1 KB.
constexpr size_t kMostInList = 256;
constexpr size_t kFewestInBitmap = 128;
constexpr uint32_t kReadAtOnce = 512;  // slots of a bitmap

// ---- The portable format of Roaring bitmaps (github.com/RoaringBitmap/RoaringFormatSpec), which is how CRoaring shows
// whole words of its bitmaps; its iterators hand out slot after slot, ten times slower. All numbers are little-endian:
//
//   u32 12346 · u32 number of containers · a (u16 high half of the slots, u16 slots - 1) for each container ·
//   a u32 for each container, where it starts · the containers: up to 4096 slots as u16 low halves, more as 1024 u64
//
// The variant with runs of slots (12347) is only written for bitmaps that were told to look for runs; ours are not.
constexpr size_t kHeaderBytes = 8;
constexpr size_t kContainerHeaderBytes = 4;
constexpr size_t kStartBytes = 4;
constexpr size_t kMostInArray = 4096;
constexpr size_t kContainerWords = 1024;

template <typename T>
T Read(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

void OrContainerInto(const char* container, size_t slots, uint64_t* words, size_t word_count) {
  if (slots <= kMostInArray) {
    for (size_t i = 0; i < slots; ++i) {
      const auto slot = Read<uint16_t>(container + i * sizeof(uint16_t));
      words[slot / 64] |= SlotBit(slot);
    }
    return;
  }
  word_count = std::min(word_count, kContainerWords);
  for (size_t i = 0; i < word_count; ++i) words[i] |= Read<uint64_t>(container + i * sizeof(uint64_t));
}

void OrPortableInto(const char* bytes, SlotWords& words) {
  const char* const headers = bytes + kHeaderBytes;
  const size_t containers = Read<uint32_t>(bytes + sizeof(uint32_t));
  const char* container = headers + containers * (kContainerHeaderBytes + kStartBytes);
  for (size_t i = 0; i < containers; ++i) {
    const char* const header = headers + i * kContainerHeaderBytes;
    const size_t first_word = Read<uint16_t>(header) * kContainerWords;
    const size_t slots = Read<uint16_t>(header + sizeof(uint16_t)) + size_t{1};
    OrContainerInto(container, slots, words.data() + first_word, words.size() - first_word);
    container += slots <= kMostInArray ? slots * sizeof(uint16_t) : kContainerWords * sizeof(uint64_t);
  }
}

}  // namespace

struct SlotSet::Bitmap {
  explicit Bitmap(const absl::InlinedVector<uint32_t, 2>& list)
      : slots(roaring_bitmap_of_ptr(list.size(), list.data())), count(list.size()) {
    Measure();
  }
  Bitmap(const Bitmap&) = delete;
  Bitmap& operator=(const Bitmap&) = delete;
  ~Bitmap() { roaring_bitmap_free(slots); }

  void Add(uint32_t slot) {
    count += roaring_bitmap_add_checked(slots, slot);
    if (count > measured_count + measured_count / 8) Measure();
  }

  void Remove(uint32_t slot) {
    count -= roaring_bitmap_remove_checked(slots, slot);
    if (count < measured_count - measured_count / 8) Measure();
  }

  // CRoaring visits every container for it.
  void Measure() {
    bytes = sizeof(*this) + roaring_bitmap_portable_size_in_bytes(slots);
    measured_count = count;
  }

  roaring_bitmap_t* const slots;
  size_t count;           // slots in it
  size_t bytes;           // when it had
  size_t measured_count;  // slots
};

void SlotSet::FreeBitmap::operator()(Bitmap* bitmap) const { delete bitmap; }

void SlotSet::Add(uint32_t slot) {
  if (many_ != nullptr) return many_->Add(slot);
  const auto place = std::lower_bound(few_.begin(), few_.end(), slot);
  if (place != few_.end() && *place == slot) return;
  few_.insert(place, slot);
  if (few_.size() <= kMostInList) return;
  many_.reset(new Bitmap(few_));
  few_ = {};
}

void SlotSet::Remove(uint32_t slot) {
  if (many_ == nullptr) {
    const auto place = std::lower_bound(few_.begin(), few_.end(), slot);
    if (place != few_.end() && *place == slot) few_.erase(place);
    return;
  }
  many_->Remove(slot);
  if (many_->count >= kFewestInBitmap) return;
  few_.resize(many_->count);
  roaring_bitmap_to_uint32_array(many_->slots, few_.data());
  many_ = nullptr;
}

void SlotSet::OrInto(SlotWords& words, SpareWords& spare) const {
  for (const uint32_t slot : few_) SetSlot(slot, words);
  if (many_ == nullptr) return;
  const size_t bytes = roaring_bitmap_portable_size_in_bytes(many_->slots);
  TemporaryWords portable(spare, bytes / sizeof(uint64_t) + 1);
  char* const start = reinterpret_cast<char*>((*portable).data());
  roaring_bitmap_portable_serialize(many_->slots, start);
  OrPortableInto(start, words);
}

size_t SlotSet::CountIn(const SlotWords& among) const {
  size_t count = 0;
  for (const uint32_t slot : few_) count += HasSlot(among, slot);
  if (many_ == nullptr) return count;
  roaring_uint32_iterator_t slots;
  roaring_init_iterator(many_->slots, &slots);
  std::array<uint32_t, kReadAtOnce> read;
  while (const uint32_t got = roaring_read_uint32_iterator(&slots, read.data(), kReadAtOnce)) {
    for (uint32_t i = 0; i < got; ++i) count += HasSlot(among, read[i]);
  }
  return count;
}

size_t SlotSet::Bytes() const {
  if (many_ != nullptr) return many_->bytes;
  return few_.capacity() > kInPlace ? few_.capacity() * sizeof(uint32_t) : 0;
}

}  // namespace lookalike
