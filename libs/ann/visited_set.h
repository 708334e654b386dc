// SPDX-License-Identifier: Apache-2.0
// Private to libs/ann.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "libs/ann/row_table.h"
#include "libs/sync/mutex.h"

namespace lookalike {

// The rows that one search has been at. Emptied in no time: a row is in the set if its mark is that of this search.
class VisitedSet {
 public:
  // Empties it and makes it fit for rows below `rows`.
  void Begin(size_t rows) {
    rows_ = rows;
    if (rows > marks_.size()) marks_.resize(rows + rows / 8, 0);
    if (++mark_ == 0) {
      std::fill(marks_.begin(), marks_.end(), 0);
      mark_ = 1;
    }
  }

  // Puts `row` in; false where it was in already, or is none of those that the set is fit for.
  bool Insert(Row row) {
    if (row >= rows_ || marks_[row] == mark_) return false;
    marks_[row] = mark_;
    return true;
  }

  size_t bytes() const { return marks_.capacity() * sizeof(uint16_t); }

 private:
  size_t rows_ = 0;
  std::vector<uint16_t> marks_;
  uint16_t mark_ = 0;
};

// Lends a VisitedSet to each of the searches that run at the same time. Thread-safe.
class VisitedSets {
 public:
  class Lease {
   public:
    Lease(VisitedSets& owner, std::unique_ptr<VisitedSet> set) : owner_(owner), set_(std::move(set)) {}
    ~Lease() { owner_.Return(std::move(set_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    VisitedSet& operator*() const { return *set_; }

   private:
    VisitedSets& owner_;
    std::unique_ptr<VisitedSet> set_;
  };

  // An empty set for rows below `rows`.
  Lease Borrow(size_t rows) {
    std::unique_ptr<VisitedSet> set;
    {
      MutexLock lock(mutex_);
      if (!idle_.empty()) {
        set = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (set == nullptr) set = std::make_unique<VisitedSet>();
    set->Begin(rows);
    return Lease(*this, std::move(set));
  }

  // Of those that are not lent.
  size_t bytes() const {
    MutexLock lock(mutex_);
    size_t bytes = 0;
    for (const auto& set : idle_) bytes += set->bytes();
    return bytes;
  }

 private:
  // A set for which there is no place to be had is given up.
  void Return(std::unique_ptr<VisitedSet> set) {
    MutexLock lock(mutex_);
    try {
      idle_.push_back(std::move(set));
    } catch (const std::bad_alloc&) {
    }
  }

  mutable Mutex mutex_;
  std::vector<std::unique_ptr<VisitedSet>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace lookalike
