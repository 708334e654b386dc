// SPDX-License-Identifier: Apache-2.0
// Private to libs/ann.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "libs/ann/row_table.h"

namespace lookalike {

struct Candidate {
  Row row = kNoRow;
  float similarity = 0;
};

// The best candidates that a walk through the graph has met so far, at most `width` of them, best first, and how far
// their links have been followed.
class Beam {
 public:
  explicit Beam(size_t width) : width_(width) { entries_.reserve(width + 1); }

  // Takes a candidate in if it is good enough; the worst falls out where there are too many.
  void Offer(Candidate candidate) {
    if (entries_.size() == width_ && candidate.similarity <= entries_.back().candidate.similarity) return;
    const auto place =
        std::upper_bound(entries_.begin(), entries_.end(), candidate.similarity,
                         [](float similarity, const Entry& entry) { return similarity > entry.candidate.similarity; });
    const size_t index = static_cast<size_t>(place - entries_.begin());
    entries_.insert(place, {candidate, false});
    if (entries_.size() > width_) entries_.pop_back();
    next_ = std::min(next_, index);
  }

  // Whether a candidate of this similarity would be taken in.
  bool Wants(float similarity) const {
    return entries_.size() < width_ || similarity > entries_.back().candidate.similarity;
  }

  // The best candidate whose links have not been followed yet; kNoRow if there is none. Each is given once.
  Row TakeNext() {
    SkipFollowed();
    if (next_ == entries_.size()) return kNoRow;
    entries_[next_].followed = true;
    return entries_[next_++].candidate.row;
  }

  // What TakeNext() would give now.
  Row PeekNext() {
    SkipFollowed();
    return next_ == entries_.size() ? kNoRow : entries_[next_].candidate.row;
  }

  size_t size() const { return entries_.size(); }
  Candidate operator[](size_t index) const { return entries_[index].candidate; }

 private:
  struct Entry {
    Candidate candidate;
    bool followed;
  };

  void SkipFollowed() {
    while (next_ < entries_.size() && entries_[next_].followed) ++next_;
  }

  const size_t width_;
  std::vector<Entry> entries_;
  size_t next_ = 0;  // no entry before it is to be followed
};

}  // namespace lookalike
