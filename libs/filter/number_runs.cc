// SPDX-License-Identifier: Apache-2.0
#include "libs/filter/number_runs.h"

#include <algorithm>
#include <iterator>

namespace lookalike {
namespace {

// An insertion moves half a run, 3 KB; a run has 12 bytes an entry, in vectors that are about three quarters full.
constexpr size_t kMostInRun = 512;
constexpr size_t kMergeBelow = 192;  // together with a neighbour

template <typename T>
std::vector<T> CutOff(std::vector<T>& values, size_t kept) {
  const std::vector<T> upper(values.begin() + static_cast<std::ptrdiff_t>(kept), values.end());
  values = std::vector<T>(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(kept));  // gives memory back
  return upper;
}

}  // namespace

// ---- One run

size_t NumberRuns::Run::PlaceOf(const NumberEntry& entry) const {
  const auto [low, high] = std::equal_range(numbers.begin(), numbers.end(), entry.first);
  const auto begin = slots.begin() + (low - numbers.begin());
  const auto end = slots.begin() + (high - numbers.begin());
  return static_cast<size_t>(std::lower_bound(begin, end, entry.second) - slots.begin());
}

void NumberRuns::Run::Insert(const NumberEntry& entry) {
  const auto place = static_cast<std::ptrdiff_t>(PlaceOf(entry));
  numbers.insert(numbers.begin() + place, entry.first);
  slots.insert(slots.begin() + place, entry.second);
  first = {numbers.front(), slots.front()};
}

void NumberRuns::Run::Erase(const NumberEntry& entry) {
  const auto place = static_cast<std::ptrdiff_t>(PlaceOf(entry));
  numbers.erase(numbers.begin() + place);
  slots.erase(slots.begin() + place);
  if (!slots.empty()) first = {numbers.front(), slots.front()};
}

NumberRuns::Run NumberRuns::Run::SplitOff() {
  const size_t kept = slots.size() / 2;
  Run upper{{}, CutOff(numbers, kept), CutOff(slots, kept)};
  upper.first = {upper.numbers.front(), upper.slots.front()};
  return upper;
}

void NumberRuns::Run::Append(const Run& upper) {
  numbers.insert(numbers.end(), upper.numbers.begin(), upper.numbers.end());
  slots.insert(slots.end(), upper.slots.begin(), upper.slots.end());
}

// ---- All runs

// The last run that begins no later than the entry, or the first one. There is a run.
std::vector<NumberRuns::Run>::iterator NumberRuns::RunOf(const NumberEntry& entry) {
  const auto above = std::upper_bound(runs_.begin(), runs_.end(), entry,
                                      [](const NumberEntry& wanted, const Run& run) { return wanted < run.first; });
  return above == runs_.begin() ? above : above - 1;
}

void NumberRuns::Insert(const NumberEntry& entry) {
  if (runs_.empty()) runs_.emplace_back();
  const auto run = RunOf(entry);
  run->Insert(entry);
  ++size_;
  if (run->slots.size() <= kMostInRun) return;
  Run upper = run->SplitOff();
  runs_.insert(run + 1, std::move(upper));
}

void NumberRuns::Erase(const NumberEntry& entry) {
  auto run = RunOf(entry);
  run->Erase(entry);
  --size_;
  if (run->slots.empty()) {
    runs_.erase(run);
    return;
  }
  if (run == runs_.begin()) ++run;
  if (run == runs_.end() || (run - 1)->slots.size() + run->slots.size() >= kMergeBelow) return;
  (run - 1)->Append(*run);
  runs_.erase(run);
}

NumberRuns NumberRuns::SplitOff() {
  if (runs_.size() == 1) runs_.push_back(runs_.front().SplitOff());
  const auto middle = runs_.begin() + static_cast<std::ptrdiff_t>(runs_.size() / 2);
  NumberRuns upper;
  upper.runs_.assign(std::make_move_iterator(middle), std::make_move_iterator(runs_.end()));
  runs_.erase(middle, runs_.end());
  for (const Run& run : upper.runs_) upper.size_ += run.slots.size();
  size_ -= upper.size_;
  return upper;
}

void NumberRuns::Append(NumberRuns upper) {
  std::move(upper.runs_.begin(), upper.runs_.end(), std::back_inserter(runs_));
  size_ += upper.size_;
}

void NumberRuns::OrRangeInto(const NumberEntry& from, const NumberEntry& to, SlotWords& words) const {
  auto run = std::upper_bound(runs_.begin(), runs_.end(), from,
                              [](const NumberEntry& wanted, const Run& other) { return wanted < other.first; });
  if (run != runs_.begin()) --run;
  for (; run != runs_.end() && run->first < to; ++run) {
    const size_t end = run->PlaceOf(to);
    for (size_t i = run->PlaceOf(from); i < end; ++i) SetSlot(run->slots[i], words);
  }
}

void NumberRuns::AddAllTo(DenseSlotSet& set) const {
  for (const Run& run : runs_) {
    for (const uint32_t slot : run.slots) set.Add(slot);
  }
}

std::optional<double> NumberRuns::LeastOf(const SlotWords& among) const {
  for (const Run& run : runs_) {
    for (size_t i = 0; i < run.slots.size(); ++i) {
      if (HasSlot(among, run.slots[i])) return run.numbers[i];
    }
  }
  return std::nullopt;
}

std::optional<double> NumberRuns::GreatestOf(const SlotWords& among) const {
  for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
    for (size_t i = run->slots.size(); i-- > 0;) {
      if (HasSlot(among, run->slots[i])) return run->numbers[i];
    }
  }
  return std::nullopt;
}

size_t NumberRuns::Bytes() const {
  size_t bytes = runs_.capacity() * sizeof(Run);
  for (const Run& run : runs_) {
    bytes += run.numbers.capacity() * sizeof(double) + run.slots.capacity() * sizeof(uint32_t);
  }
  return bytes;
}

}  // namespace lookalike
