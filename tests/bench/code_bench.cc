// SPDX-License-Identifier: Apache-2.0
// What the codes of 512-dimensional embeddings cost: every kernel that this processor has, over rows in the first cache
// and over rows spread at random in memory, as a graph's walk finds them; and preparing a code and a query.
// items_per_second counts rows.
#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "libs/vector/code.h"
#include "libs/vector/code_kernels.h"

namespace lookalike {
namespace {

constexpr size_t kDimension = 512;
constexpr size_t kRowsInCache = 16;          // 16 KiB of high and low bytes
constexpr size_t kRowsInMemory = 1ul << 18;  // 256 MiB of them

std::vector<float> RandomVector() {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> values(kDimension);
  for (float& value : values) value = normal(random);
  return values;
}

// Rows of codes, and the random order in which they are visited again and again.
class Rows {
 public:
  explicit Rows(size_t count)
      : high_(count * kDimension), low_(count * kDimension), order_(count), query_(RandomVector()) {
    std::mt19937 random(1);
    for (uint8_t& byte : high_) byte = static_cast<uint8_t>(random() % 128);
    for (uint8_t& byte : low_) byte = static_cast<uint8_t>(random() % 256);
    std::iota(order_.begin(), order_.end(), size_t{0});
    std::shuffle(order_.begin(), order_.end(), random);
    values_.assign(kDimension, 0.5f);
  }

  size_t Next() {
    const size_t row = order_[visited_];
    if (++visited_ == order_.size()) visited_ = 0;
    return row;
  }
  const uint8_t* high(size_t row) const { return high_.data() + row * kDimension; }
  const uint8_t* low(size_t row) const { return low_.data() + row * kDimension; }
  const int8_t* query() const { return query_.bytes(); }
  const float* values() const { return values_.data(); }

 private:
  AlignedVector<uint8_t, kCodeAlignment> high_, low_;
  std::vector<size_t> order_;
  size_t visited_ = 0;
  QueryCode query_;
  AlignedVector<float, kCodeAlignment> values_;
};

void DotBench(benchmark::State& state, const CodeKernel& kernel, Rows& rows) {
  for (auto _ : state) benchmark::DoNotOptimize(kernel.dot(rows.high(rows.Next()), rows.query(), kDimension));
  state.SetItemsProcessed(state.iterations());
}

void Dot4Bench(benchmark::State& state, const CodeKernel& kernel, Rows& rows) {
  int32_t products[4];
  for (auto _ : state) {
    const uint8_t* const high[4] = {rows.high(rows.Next()), rows.high(rows.Next()), rows.high(rows.Next()),
                                    rows.high(rows.Next())};
    kernel.dot4(high, rows.query(), kDimension, products);
    benchmark::DoNotOptimize(products);
  }
  state.SetItemsProcessed(4 * state.iterations());
}

void DotExactBench(benchmark::State& state, const CodeKernel& kernel, Rows& rows) {
  for (auto _ : state) {
    const size_t row = rows.Next();
    benchmark::DoNotOptimize(kernel.dot_exact(rows.high(row), rows.low(row), rows.values(), kDimension));
  }
  state.SetItemsProcessed(state.iterations());
}

void EncodeBench(benchmark::State& state) {
  const std::vector<float> values = RandomVector();
  AlignedVector<uint8_t, kCodeAlignment> high(kDimension), low(kDimension);
  for (auto _ : state) {
    benchmark::DoNotOptimize(Encode(values, high.data(), low.data()));
    benchmark::ClobberMemory();
  }
}

void QueryCodeBench(benchmark::State& state) {
  const std::vector<float> values = RandomVector();
  for (auto _ : state) benchmark::DoNotOptimize(QueryCode(values).bytes());
}

void RegisterKernels(const std::string& where, Rows& rows) {
  for (const CodeKernel& kernel : AvailableCodeKernels()) {
    const auto name = [&](const char* loop) { return std::string(kernel.name) + "/" + loop + "/" + where; };
    benchmark::RegisterBenchmark(name("dot").c_str(), [&](benchmark::State& s) { DotBench(s, kernel, rows); });
    benchmark::RegisterBenchmark(name("dot4").c_str(), [&](benchmark::State& s) { Dot4Bench(s, kernel, rows); });
    benchmark::RegisterBenchmark(name("dot_exact").c_str(),
                                 [&](benchmark::State& s) { DotExactBench(s, kernel, rows); });
  }
}

}  // namespace
}  // namespace lookalike

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  lookalike::Rows cached(lookalike::kRowsInCache), uncached(lookalike::kRowsInMemory);
  lookalike::RegisterKernels("cached", cached);
  lookalike::RegisterKernels("uncached", uncached);
  benchmark::RegisterBenchmark("encode", lookalike::EncodeBench);
  benchmark::RegisterBenchmark("query_code", lookalike::QueryCodeBench);
  benchmark::RunSpecifiedBenchmarks();
}
