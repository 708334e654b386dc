// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace lookalike {

// The answer to one query, judged: which of the results, best first, are relevant, and how many relevant ones there are
// to be found in all, the query itself left out.
struct JudgedAnswer {
  std::vector<bool> relevant;
  size_t relevant_in_all = 0;
};

// How good answers are, each figure from 0 to 1 (Manning, Raghavan, Schütze: Introduction to Information Retrieval,
// chapter 8). Over several queries each is the mean.
struct RankingQuality {
  double first = 0;              // the first result is relevant
  double precision = 0;          // relevant ones of the first k, over k
  double recall = 0;             // relevant ones of the first k, over all relevant ones
  double average_precision = 0;  // mean of the precision at each relevant one of the first k; those not found count 0,
                                 // up to k of them
};

// Of one answer with something to be found. Fewer than k results count as if irrelevant ones followed.
RankingQuality QualityOf(const JudgedAnswer& answer, size_t k);

// Of several; those with nothing to be found are left out, and counted.
struct MeanQuality {
  RankingQuality mean;
  size_t queries = 0;
  size_t without_relevant = 0;
};
MeanQuality MeanQualityOf(const std::vector<JudgedAnswer>& answers, size_t k);

}  // namespace lookalike
