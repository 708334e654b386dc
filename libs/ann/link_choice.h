// SPDX-License-Identifier: Apache-2.0
// Private to libs/ann: hnswlib's part of it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "libs/ann/beam.h"
#include "libs/ann/row_table.h"

namespace lookalike {

// Chooses the rows that a row links to, as hnswlib does: of the candidates, nearest first, those to which no row chosen
// before is nearer than the row itself is (Malkov and Yashunin, arXiv 1603.09320, algorithm 4).
//
// hnswlib is given the candidates of one choice at a time, and nothing of it is kept for a row. One thread at a time.
class LinkChoice {
 public:
  // `rows` must outlive it. Throws std::bad_alloc.
  explicit LinkChoice(const RowTable& rows);
  ~LinkChoice();

  // At most `most` of `candidates`, whose similarities are those to the row, farthest first. All of them where they
  // are fewer than `most`. Throws std::bad_alloc.
  std::vector<Row> Choose(std::span<const Candidate> candidates, size_t most);

  // By which a list that is full is chosen anew: by the high bytes of both codes.
  float Similarity(Row a, Row b) const;

 private:
  class RowDistance;
  class Workbench;

  const std::unique_ptr<RowDistance> distance_;
  std::unique_ptr<Workbench> workbench_;
};

}  // namespace lookalike
