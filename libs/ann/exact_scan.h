// SPDX-License-Identifier: Apache-2.0
// Private to libs/ann: the exact nearest among rows that are all looked at.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "libs/ann/beam.h"
#include "libs/ann/row_table.h"
#include "libs/vector/code.h"

namespace lookalike {

// Finds the k most similar of the rows it is given, exact as the whole codes are.
//
// It compares by high bytes first, which is twice as fast, and knows how far off that can be: a row is given up when
// even its best possible similarity is below the k-th best of the others' worst. Those left are compared in full.
// "Possible" means within 6 standard deviations of the rounding error; a row outside of them comes once in 10^9.
class ExactScan {
 public:
  // Both must outlive it. k is at least 1.
  ExactScan(const RowTable& rows, const QueryCode& query, size_t k);

  void Add(Row row) {
    block_.push_back(row);
    if (block_.size() == kBlockRows) Flush();
  }

  // The k most similar of all rows added, in no order, with their exact similarity.
  std::vector<Candidate> Finish();

 private:
  static constexpr size_t kBlockRows = 256;

  struct Bounds {
    Row row;
    float most;  // the similarity is hardly above it
  };

  void Flush();
  void Prune();

  const RowTable& rows_;
  const QueryCode& query_;
  const size_t k_;
  std::vector<Row> block_;
  std::vector<float> similarities_;  // of block_
  std::vector<float> least_;         // the k best lower bounds, a heap with the worst on top
  std::vector<Bounds> candidates_;   // not given up yet
};

}  // namespace lookalike
