// SPDX-License-Identifier: Apache-2.0
#include "services/cli/eval/ranking_quality.h"

#include <algorithm>

namespace lookalike {

RankingQuality QualityOf(const JudgedAnswer& answer, size_t k) {
  RankingQuality quality;
  size_t found = 0;
  for (size_t i = 0; i < std::min(k, answer.relevant.size()); ++i) {
    if (!answer.relevant[i]) continue;
    ++found;
    quality.average_precision += static_cast<double>(found) / static_cast<double>(i + 1);
  }
  quality.first = !answer.relevant.empty() && answer.relevant.front() ? 1 : 0;
  quality.precision = static_cast<double>(found) / static_cast<double>(k);
  quality.recall = static_cast<double>(found) / static_cast<double>(answer.relevant_in_all);
  quality.average_precision /= static_cast<double>(std::min(k, answer.relevant_in_all));
  return quality;
}

MeanQuality MeanQualityOf(const std::vector<JudgedAnswer>& answers, size_t k) {
  MeanQuality result;
  for (const JudgedAnswer& answer : answers) {
    if (answer.relevant_in_all == 0) {
      ++result.without_relevant;
      continue;
    }
    const RankingQuality quality = QualityOf(answer, k);
    ++result.queries;
    result.mean.first += quality.first;
    result.mean.precision += quality.precision;
    result.mean.recall += quality.recall;
    result.mean.average_precision += quality.average_precision;
  }
  const double queries = static_cast<double>(std::max<size_t>(1, result.queries));
  for (double* figure :
       {&result.mean.first, &result.mean.precision, &result.mean.recall, &result.mean.average_precision}) {
    *figure /= queries;
  }
  return result;
}

}  // namespace lookalike
