// SPDX-License-Identifier: Apache-2.0
#include "libs/filter/slot_set.h"

#include <algorithm>
#include <cstring>

#include <roaring/roaring.h>

namespace lookalike {
namespace {

// A list becomes a bitmap above the one size and a bitmap a list below the other: apart, so that an item that comes and
// goes does not convert the set each time. A bitmap of 256 slots spread over a million takes about the list's 1 KB.
constexpr size_t kMostInList = 256;
constexpr size_t kFewestInBitmap = 128;

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
      : slots(roaring_bitmap_of_ptr(list.size(), list.data())), count(list.size()) {}
  Bitmap(const Bitmap&) = delete;
  Bitmap& operator=(const Bitmap&) = delete;
  ~Bitmap() { roaring_bitmap_free(slots); }

  roaring_bitmap_t* const slots;
  size_t count;  // slots in it, which CRoaring would count container by container
};

void SlotSet::FreeBitmap::operator()(Bitmap* bitmap) const { delete bitmap; }

void SlotSet::Add(uint32_t slot) {
  if (many_ != nullptr) {
    many_->count += roaring_bitmap_add_checked(many_->slots, slot);
    return;
  }
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
  many_->count -= roaring_bitmap_remove_checked(many_->slots, slot);
  if (many_->count >= kFewestInBitmap) return;
  few_.resize(many_->count);
  roaring_bitmap_to_uint32_array(many_->slots, few_.data());
  many_ = nullptr;
}

void SlotSet::OrInto(SlotWords& words) const {
  for (const uint32_t slot : few_) SetSlot(slot, words);
  if (many_ == nullptr) return;
  // Not a vector, which would be filled with zeros first.
  const std::unique_ptr<char[]> bytes(new char[roaring_bitmap_portable_size_in_bytes(many_->slots)]);
  roaring_bitmap_portable_serialize(many_->slots, bytes.get());
  OrPortableInto(bytes.get(), words);
}

size_t SlotSet::Bytes() const {
  if (many_ != nullptr) return sizeof(Bitmap) + roaring_bitmap_portable_size_in_bytes(many_->slots);
  return few_.capacity() > 2 ? few_.capacity() * sizeof(uint32_t) : 0;
}

DenseSlotSet DenseSlotSet::Copy() const {
  DenseSlotSet copy;
  copy.pages_.reserve(pages_.size());
  for (const auto& page : pages_) copy.pages_.push_back(page == nullptr ? nullptr : std::make_unique<Page>(*page));
  return copy;
}

void DenseSlotSet::Add(uint32_t slot) {
  const size_t number = slot / 64 / kPageWords;
  if (number >= pages_.size()) pages_.resize(number + 1);
  if (pages_[number] == nullptr) pages_[number] = std::make_unique<Page>();
  pages_[number]->words[slot / 64 % kPageWords] |= SlotBit(slot);
}

void DenseSlotSet::Remove(uint32_t slot) {
  pages_[slot / 64 / kPageWords]->words[slot / 64 % kPageWords] &= ~SlotBit(slot);
}

void DenseSlotSet::OrDifferenceInto(const DenseSlotSet& other, SlotWords& words) const {
  static constexpr Page kEmpty;
  for (size_t number = 0; number * kPageWords < words.size() && number < pages_.size(); ++number) {
    const Page* const page = PageAt(number);
    if (page == nullptr) continue;
    const Page* const left_out = other.PageAt(number) == nullptr ? &kEmpty : other.PageAt(number);
    uint64_t* const target = words.data() + number * kPageWords;
    const size_t word_count = std::min(kPageWords, words.size() - number * kPageWords);
    for (size_t i = 0; i < word_count; ++i) target[i] |= page->words[i] & ~left_out->words[i];
  }
}

size_t DenseSlotSet::Bytes() const {
  const auto made = std::count_if(pages_.begin(), pages_.end(), [](const auto& page) { return page != nullptr; });
  return pages_.capacity() * sizeof(pages_[0]) + static_cast<size_t>(made) * sizeof(Page);
}

}  // namespace lookalike
