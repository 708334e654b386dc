// SPDX-License-Identifier: Apache-2.0
#include "libs/filter/dense_slot_set.h"

#include <algorithm>

namespace lookalike {

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
