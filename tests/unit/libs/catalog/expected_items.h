// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libs/catalog/catalog_store.h"
#include "tests/unit/libs/filter/random_filters.h"

namespace lookalike {

// A search, and what tells its right answer.
struct CheckedQuery {
  Embedding embedding;  // normalised
  size_t k = 10;
  std::optional<FilterSample> filter = {};
  std::optional<float> min_score = {};
};

// What a collection should hold, and what it should answer, by reading all of it.
class ExpectedItems {
 public:
  // Codes of 16 dimensions are as exact as this; see libs/vector/code.h.
  static constexpr double kTolerance = 2e-4;

  struct Similar {
    const Item* item;
    double similarity;             // of its best image
    std::vector<double> by_image;  // of each
  };

  // `item` with its sequence number; its embedding need not be normalised.
  void Put(Item item);
  bool Remove(const std::string& id) { return items_.erase(id) == 1; }
  const std::map<std::string, Item>& items() const { return items_; }
  size_t images() const;

  // From now on similarities are under the mean that the items have now.
  void FitMean();

  // All that match, the most similar first.
  std::vector<Similar> Ranked(const CheckedQuery& query) const;

  // Expects of an answer what holds of every one, exact or not: as many items as there can be, none deleted or of
  // before its last write, each once, with its true score, in order.
  void ExpectSound(const CheckedQuery& query, const std::vector<Similar>& ranked,
                   const std::vector<ScoredItem>& answer) const;
  // Expects the most similar ones that there are.
  static void ExpectExact(const CheckedQuery& query, const std::vector<Similar>& ranked,
                          const std::vector<ScoredItem>& answer);
  // How many of those ranked first an exact answer holds for sure.
  static size_t Wanted(const CheckedQuery& query, const std::vector<Similar>& ranked);
  // Expects an item as a store gives it out; with its images, and their embeddings, where there are any.
  void ExpectItem(const Item& found) const;

 private:
  Embedding Centered(const Embedding& embedding) const;

  std::map<std::string, Item> items_;
  Embedding mean_;  // empty: none
};

}  // namespace lookalike
