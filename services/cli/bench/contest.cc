// SPDX-License-Identifier: Apache-2.0
#include "services/cli/bench/contest.h"

#include <algorithm>
#include <array>

#include "libs/vector/dot.h"
#include "services/cli/bench/statistics.h"

namespace lookalike {
namespace {

// Some 10 to 100 ms: long enough for the clock, short enough that both of a pair meet the same disturbance.
constexpr size_t kBlock = 100;

// Similarities closer than this are the same: of an index, that is what VectorIndex grants.
constexpr float kRounding = 1e-5f;

// What one contender has done at one ef so far.
class Tally {
 public:
  Tally(Contender& contender, size_t ef) : contender_(contender), ef_(ef) {}

  // Searches for the queries from `begin` to before `end`, at most kBlock.
  void RunBlock(const VectorTable& queries, const std::vector<ExactNeighbors>& exact, size_t begin, size_t end) {
    std::array<uint32_t, kBlock * kNeighbors> results;
    const auto results_of = [&](size_t query) {
      return std::span(results).subspan((query - begin) * kNeighbors, kNeighbors);
    };
    contender_.SetEf(ef_);
    const Stopwatch stopwatch;
    for (size_t i = begin; i < end; ++i) contender_.Search(queries[i], results_of(i));
    microseconds_.push_back(stopwatch.Microseconds() / static_cast<double>(end - begin));
    for (size_t i = begin; i < end; ++i) {
      found_ += CountFound(exact[i], results_of(i));
      wanted_ += exact[i].size();
    }
  }

  CurvePoint Point() const {
    return {.ef = ef_,
            .recall = static_cast<double>(found_) / static_cast<double>(wanted_),
            .microseconds = Median(microseconds_)};
  }

 private:
  Contender& contender_;
  const size_t ef_;
  std::vector<double> microseconds_;  // a search, of each block
  size_t found_ = 0;
  size_t wanted_ = 0;
};

}  // namespace

Curves MeasureCurves(Contender& baseline, Contender& ours, const VectorTable& queries,
                     const std::vector<ExactNeighbors>& exact, std::span<const size_t> efs, size_t repeats) {
  std::vector<std::array<Tally, 2>> tallies;  // the baseline's and ours, for each ef
  for (const size_t ef : efs) tallies.push_back({Tally(baseline, ef), Tally(ours, ef)});
  size_t first = 0;
  for (size_t repeat = 0; repeat < repeats; ++repeat) {
    for (std::array<Tally, 2>& pair : tallies) {
      for (size_t begin = 0; begin < queries.size(); begin += kBlock, first = 1 - first) {
        const size_t end = std::min(begin + kBlock, queries.size());
        pair[first].RunBlock(queries, exact, begin, end);
        pair[1 - first].RunBlock(queries, exact, begin, end);
      }
    }
  }
  Curves curves;
  for (const auto& [of_baseline, of_ours] : tallies) {
    curves.baseline.push_back(of_baseline.Point());
    curves.ours.push_back(of_ours.Point());
  }
  return curves;
}

size_t CountLost(Contender& contender, const VectorTable& base, size_t ef) {
  contender.SetEf(ef);
  size_t lost = 0;
  for (uint32_t i = 0; i < base.size(); ++i) {
    std::array<uint32_t, kNeighbors> results;
    contender.Search(base[i], results);
    const uint32_t last = results.back();
    const bool all_equal =
        last != Contender::kNone && Dot(base[i].data(), base[last].data(), base.dimension()) >= 1 - kRounding;
    if (std::find(results.begin(), results.end(), i) == results.end() && !all_equal) ++lost;
  }
  return lost;
}

}  // namespace lookalike
