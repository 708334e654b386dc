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
  explicit Tally(Contender& contender) : contender_(contender) {}

  void RunBlock(const Contest& contest, size_t begin, size_t end) {
    std::array<uint32_t, kBlock * kNeighbors> results;
    const auto results_of = [&](size_t query) {
      return std::span(results).subspan((query - begin) * kNeighbors, kNeighbors);
    };
    const Stopwatch stopwatch;
    for (size_t i = begin; i < end; ++i) contender_.Search(contest.queries[i], results_of(i));
    microseconds_.push_back(stopwatch.Microseconds() / static_cast<double>(end - begin));
    for (size_t i = begin; i < end; ++i) {
      found_ += CountFound(contest.exact[i], results_of(i));
      wanted_ += contest.exact[i].size();
    }
  }

  CurvePoint Point(size_t ef) const {
    return {.ef = ef,
            .recall = static_cast<double>(found_) / static_cast<double>(wanted_),
            .microseconds = Median(microseconds_)};
  }

 private:
  Contender& contender_;
  std::vector<double> microseconds_;  // a search, of each block
  size_t found_ = 0;
  size_t wanted_ = 0;
};

}  // namespace

void Contest::Measure(size_t ef, RecallCurve& baseline_curve, RecallCurve& our_curve) const {
  baseline.SetEf(ef);
  ours.SetEf(ef);
  Tally baseline_tally(baseline), our_tally(ours);
  bool we_begin = true;
  for (size_t repeat = 0; repeat < repeats; ++repeat) {
    for (size_t begin = 0; begin < queries.size(); begin += kBlock, we_begin = !we_begin) {
      const size_t end = std::min(begin + kBlock, queries.size());
      (we_begin ? our_tally : baseline_tally).RunBlock(*this, begin, end);
      (we_begin ? baseline_tally : our_tally).RunBlock(*this, begin, end);
    }
  }
  baseline_curve.push_back(baseline_tally.Point(ef));
  our_curve.push_back(our_tally.Point(ef));
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
