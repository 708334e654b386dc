// SPDX-License-Identifier: Apache-2.0
// Private to libs/filter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/container/inlined_vector.h"

#include "libs/filter/slot_words.h"

namespace lookalike {

// A set of slots as it is kept for one value: a sorted list while it is small, so that a value of one item costs a few
// bytes, and a compressed bitmap beyond.
class SlotSet {
 public:
  // Nothing happens where the slot is in the set already, or is not.
  void Add(uint32_t slot);
  void Remove(uint32_t slot);

  bool empty() const { return few_.empty() && many_ == nullptr; }

  // Sets the bits of the slots; `words` is long enough for all of them.
  void OrInto(SlotWords& words, SpareWords& spare) const;

  // How many of the slots are among those.
  size_t CountIn(const SlotWords& among) const;

  // Memory beside the object itself, as it was not many changes ago: quick enough to be asked at each of them.
  size_t Bytes() const;

 private:
  struct Bitmap;
  struct FreeBitmap {
    void operator()(Bitmap* bitmap) const;
  };

  // So many slots stand in the object itself.
  static constexpr size_t kInPlace = 2;

  // One of the two holds the slots.
  absl::InlinedVector<uint32_t, kInPlace> few_;
  std::unique_ptr<Bitmap, FreeBitmap> many_;
};

}  // namespace lookalike
