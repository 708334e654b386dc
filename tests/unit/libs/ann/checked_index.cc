// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/libs/ann/checked_index.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "libs/vector/dot.h"

namespace lookalike {
namespace {

// How far a similarity may be off: 1e-5, and where an embedding's range is wide, because it has few values, the
// rounding of its code (libs/vector/code.h): a step is 1/32512 of the range, and 5 standard deviations of a rounding
// error 1.45 of a step.
double Tolerance(const Embedding& embedding) {
  const auto [least, most] = std::minmax_element(embedding.begin(), embedding.end());
  return std::max(1e-5, 1.45 / 32512 * (*most - *least));
}

// Between two similarities of one answer and of the truth: both are off.
constexpr float kNearTie = 2e-5f;

}  // namespace

void SlotSet::Insert(Slot slot) {
  if (slot / 64 >= words_.size()) words_.resize(slot / 64 + 1);
  const uint64_t bit = uint64_t{1} << slot % 64;
  if ((words_[slot / 64] & bit) == 0) ++count_;
  words_[slot / 64] |= bit;
}

double Cosine(const Embedding& a, const Embedding& b) {
  double product = 0, squares_a = 0, squares_b = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    product += double{a[i]} * b[i];
    squares_a += double{a[i]} * a[i];
    squares_b += double{b[i]} * b[i];
  }
  return product / std::sqrt(squares_a * squares_b);
}

std::vector<Neighbor> BruteForce(const Items& items, const NeighborQuery& query) {
  std::vector<Neighbor> nearest;
  for (const auto& [slot, item] : items) {
    if (query.filter != nullptr && !query.filter->Allows(slot)) continue;
    const float similarity = Dot(query.embedding.data(), item.embedding.data(), item.embedding.size());
    nearest.push_back({slot, item.version, similarity});
  }
  // Stable: the map is in the order of slots, and so are equal ones then.
  std::stable_sort(nearest.begin(), nearest.end(),
                   [](const Neighbor& a, const Neighbor& b) { return a.similarity > b.similarity; });
  if (nearest.size() > query.k) nearest.resize(query.k);
  return nearest;
}

std::vector<Slot> SlotsOf(const std::vector<Neighbor>& neighbors) {
  std::vector<Slot> slots;
  for (const Neighbor& neighbor : neighbors) slots.push_back(neighbor.slot);
  return slots;
}

size_t CountFound(const std::vector<Neighbor>& truth, const std::vector<Neighbor>& answer) {
  if (truth.empty()) return 0;
  const float enough = truth.back().similarity - kNearTie;
  return static_cast<size_t>(
      std::count_if(answer.begin(), answer.end(), [&](const Neighbor& found) { return found.similarity >= enough; }));
}

void ExpectSoundAnswer(const Items& items, const NeighborQuery& query, const std::vector<Neighbor>& answer) {
  const auto allowed = [&](const auto& item) { return query.filter == nullptr || query.filter->Allows(item.first); };
  const size_t there = static_cast<size_t>(std::count_if(items.begin(), items.end(), allowed));
  ASSERT_EQ(answer.size(), std::min(query.k, there));
  const Embedding embedding(query.embedding.begin(), query.embedding.end());
  std::set<Slot> slots;
  for (size_t i = 0; i < answer.size(); ++i) {
    const Neighbor& found = answer[i];
    ASSERT_TRUE(slots.insert(found.slot).second) << "slot " << found.slot << " is there twice";
    const auto item = items.find(found.slot);
    ASSERT_NE(item, items.end()) << "slot " << found.slot << " has no embedding";
    ASSERT_TRUE(allowed(*item)) << "the filter keeps slot " << found.slot << " out";
    ASSERT_EQ(found.version, item->second.version);
    const Embedding& its = item->second.embedding;
    ASSERT_NEAR(found.similarity, Cosine(embedding, its), Tolerance(its)) << "of slot " << found.slot;
    if (i == 0) continue;
    const Neighbor& before = answer[i - 1];
    ASSERT_TRUE(before.similarity > found.similarity ||
                (before.similarity == found.similarity && before.slot < found.slot))
        << "result " << i << " is out of order";
  }
}

void CheckedIndex::Put(Slot slot, const Embedding& embedding) {
  const uint64_t version = next_version_++;
  const absl::Status status = index_->Put(slot, version, embedding);
  ASSERT_TRUE(status.ok()) << status;
  items_[slot] = {version, embedding};
}

void CheckedIndex::Remove(Slot slot) {
  const absl::Status status = index_->Remove(slot);
  ASSERT_TRUE(status.ok()) << status;
  items_.erase(slot);
}

void CheckedIndex::WaitUntilIdle() { ASSERT_TRUE(index_->WaitUntilIdle(absl::InfiniteFuture())); }

std::vector<Neighbor> CheckedIndex::Search(const NeighborQuery& query) const {
  const auto answer = index_->Search(query);
  EXPECT_TRUE(answer.ok()) << answer.status();
  if (!answer.ok()) return {};
  ExpectSoundAnswer(items_, query, *answer);
  return *answer;
}

std::vector<Neighbor> CheckedIndex::ExpectExact(const NeighborQuery& query) const {
  const std::vector<Neighbor> answer = Search(query), truth = BruteForce(items_, query);
  EXPECT_EQ(CountFound(truth, answer), truth.size());
  return answer;
}

double CheckedIndex::Recall(const std::vector<Embedding>& queries, size_t k, size_t ef) const {
  size_t found = 0, wanted = 0;
  for (const Embedding& embedding : queries) {
    const NeighborQuery query = {.embedding = embedding, .k = k, .ef = ef};
    const std::vector<Neighbor> truth = BruteForce(items_, query);
    found += CountFound(truth, Search(query));
    wanted += truth.size();
  }
  return static_cast<double>(found) / static_cast<double>(wanted);
}

std::vector<Slot> CheckedIndex::Lost(size_t ef) const {
  std::vector<Slot> lost;
  for (const auto& [slot, item] : items_) {
    const std::vector<Slot> found = SlotsOf(index_->Search({.embedding = item.embedding, .k = 10, .ef = ef}).value());
    if (std::find(found.begin(), found.end(), slot) == found.end()) lost.push_back(slot);
  }
  return lost;
}

}  // namespace lookalike
